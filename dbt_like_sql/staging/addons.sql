/*
Extras that extend the allowance of a kind, as the catalog says.

grain: addon_code

currency: Currency of the price.
*/
select addon_code, billing_kind, quantity, price_cents, currency
from raw.addons
