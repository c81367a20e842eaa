"""Lists inside lists: the resources of each project, the backups of each droplet.

Put here what needs one call per item of another list. Each call is paced like every
other; a list inside counts as whole only if every one of its parts is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from cost_pipeline.domain.json_types import Json
from cost_pipeline.domain.listing import Document
from cost_pipeline.providers.base import ProviderNotFound
from cost_pipeline.providers.digitalocean_kinds import (
    BACKUP_FIELDS,
    BACKUP_POLICIES,
    KINDS,
    POLICY_FIELDS,
    PRIVATE_IMAGES,
    tree,
)
from cost_pipeline.providers.items import ById
from cost_pipeline.providers.pages import ListReader, Part

# After so many failures the provider is not asked for the rest of a long list.
MOST_FAILURES = 3


def project_resources(reader: ListReader) -> list[Part]:
    """The members of every project; one project that fails leaves all in doubt."""
    projects = _read(reader, "projects")
    members = _each(reader, sorted(projects.documents), partial(_members, reader))
    return [replace(projects, documents={}, rejected=[]), *members]


def backups(reader: ListReader) -> list[Part]:
    """The automatic backups of all droplets, each with the droplet it is of.

    A droplet names its backups, and private images describe them: together that is
    all there is, in two lists. A droplet is asked by itself only where these two do
    not fit, and for each droplet with backups where the token may not read images.
    """
    droplets = _read(reader, "droplets")
    policies = reader.read(
        BACKUP_POLICIES, lambda: ById("droplet_id", tree(POLICY_FIELDS))
    )
    images = reader.read(PRIVATE_IMAGES, lambda: ById("id", tree(BACKUP_FIELDS)))
    known = {
        image_id: image
        for image_id, image in images.documents.items()
        if image.body.get("type") == "backup"
    }
    enabled = {
        droplet_id
        for droplet_id, policy in policies.documents.items()
        if policy.body.get("backup_enabled") is True
    }
    described = Part()
    to_ask: list[str] = []
    for droplet_id, droplet in droplets.documents.items():
        ids = _backup_ids(droplet)
        if ids and ids <= known.keys():
            for image_id in ids:
                described.documents[image_id] = _of(droplet_id, known.pop(image_id))
        elif ids or droplet_id in enabled or _has_feature(droplet):
            to_ask.append(droplet_id)
    asked = list(_each(reader, sorted(to_ask), partial(_droplet_backups, reader)))
    named = {backup_id for part in asked for backup_id in part.documents}
    # What is left has outlived its droplet, and is paid for all the same.
    for image_id in known.keys() - named:
        described.documents[image_id] = _of(None, known[image_id])
    # An odd droplet is set aside by its own listing, not by this one again.
    droplets = replace(droplets, rejected=[])
    context = [replace(part, documents={}) for part in (droplets, policies, images)]
    return [*context, described, *asked]


def _read(reader: ListReader, listing: str) -> Part:
    """A listing with all its sources, as one part."""
    kind = KINDS[listing]
    whole = Part()
    for source in kind.sources:
        part = reader.read(source, partial(ById, source.id_field, kind.fields_tree))
        whole.documents.update(part.documents)
        whole.rejected.extend(part.rejected)
        whole.request_ids.extend(part.request_ids)
        whole.problem = whole.problem or part.problem
    return whole


def _each(
    reader: ListReader, ids: Iterable[str], ask: Callable[[str], Part]
) -> Iterator[Part]:
    """Ask for each id, a few side by side, until too many have failed."""
    remaining = iter(ids)
    failures = 0
    while batch := list(islice(remaining, reader.client.limits.workers)):
        for part in reader.pool.map(ask, batch):
            failures += part.error is not None
            yield part
        if failures >= MOST_FAILURES:
            return


def _members(reader: ListReader, project_id: str) -> Part:
    kind = KINDS["project_resources"]
    part = reader.read(
        kind.sources[0],
        lambda: ById("urn", kind.fields_tree),
        within=project_id,
        workers=1,
    )
    members: dict[str, Document] = {}
    for urn, member in part.documents.items():
        key = f"{project_id}|{urn}"
        members[key] = Document(key, {"project_id": project_id, **member.body})
    return replace(part, documents=members)


def _droplet_backups(reader: ListReader, droplet_id: str) -> Part:
    kind = KINDS["backups"]
    part = reader.read(
        kind.sources[0],
        lambda: ById("id", kind.fields_tree),
        within=droplet_id,
        workers=1,
    )
    if isinstance(part.error, ProviderNotFound) and part.error.is_plain:
        # Destroyed since it was listed, and its backups with it.
        return Part(request_ids=part.request_ids)
    found = {key: _of(droplet_id, backup) for key, backup in part.documents.items()}
    return replace(part, documents=found)


def _of(droplet_id: str | None, backup: Document) -> Document:
    parent: Json = droplet_id
    return Document(backup.provider_id, {**backup.body, "droplet_id": parent})


def _backup_ids(droplet: Document) -> set[str]:
    ids = droplet.body.get("backup_ids")
    return {str(backup_id) for backup_id in ids} if isinstance(ids, list) else set()


def _has_feature(droplet: Document) -> bool:
    features = droplet.body.get("features")
    return isinstance(features, list) and "backups" in features
