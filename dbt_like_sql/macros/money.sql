/*
The few formulas. A model calls them by name; they are expanded in its query before it is
stored, so a published view or another engine knows nothing of them. In a DuckDB shell:
`.read dbt_like_sql/macros/money.sql` once, then every model runs as it is.

Money and quantities are rounded once, half away from zero, in whole numbers. The product
comes first and on HUGEINT: a few million dollars times seconds overflow 64 bits.
*/

-- The share `part / whole` of an amount. `whole` is above zero; null stays null.
create or replace macro share_of(amount, part, whole) as
    sign(amount)
    * ((2 * abs(cast(amount as hugeint)) * part + whole) // (2 * cast(whole as hugeint)));

-- How many whole units of a size are in an amount: millionths in cents, say.
create or replace macro rounded_to(amount, unit) as share_of(amount, 1, unit);

-- `part` of `whole` in per cent with one digit; none where the whole is not above zero.
create or replace macro percent_of(part, whole) as
    cast(case when whole > 0
        then 0.1 * cast(share_of(part, 1000, whole) as decimal(18, 0))
    end as decimal(18, 1));

-- A quantity that was counted in millionths.
create or replace macro from_millionths(amount) as
    cast(cast(amount as decimal(26, 0)) * 0.000001 as decimal(20, 6));

-- How many units of a size an amount has begun, each counted whole: blocks that are sold.
-- The amount is not negative.
create or replace macro begun_units(amount, unit) as
    (cast(amount as hugeint) + unit - 1) // cast(unit as hugeint);

-- A quantity that was counted in millionths, as people read it: no zeros at its end.
create or replace macro millionths_text(amount) as
    regexp_replace(
        cast(cast(amount as decimal(26, 0)) * 0.000001 as varchar), '[.]?0+$', ''
    );

-- The whole units in a share of an amount that is not below zero. What the floors leave
-- over is given out one each, by largest remainder, so that the parts sum to the amount.
create or replace macro floor_of(amount, part, whole) as
    (cast(amount as hugeint) * part) // whole;
