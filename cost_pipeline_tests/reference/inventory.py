"""When a resource existed, stated sync by sync: the rule of three strikes, by hand."""

STRIKES = 3


def lifetimes(syncs: str) -> list[tuple[int, int | None]]:
    """First and end of each lifetime, as numbers of syncs.

    One letter per sync: `x` names the resource, `.` does not, `?` was not whole.
    """
    found: list[tuple[int, int | None]] = []
    began: int | None = None
    misses: list[int] = []
    for number, sync in enumerate(syncs):
        if sync == "x":
            began = number if began is None else began
            misses = []
        if sync == "." and began is not None:
            misses.append(number)
            if len(misses) == STRIKES:
                found.append((began, misses[0]))
                began, misses = None, []
    return [*found, (began, None)] if began is not None else found
