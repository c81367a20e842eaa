/*
Extras that extend the allowance of a kind, as the catalog says.

subject: catalog
grain: addon_code

addon_code: The add-on.
billing_kind: Whose allowance it extends.
quantity: By how much.
price_cents: Price of a whole month.
currency: Currency of the price.
*/
select addon_code, billing_kind, quantity, price_cents, currency
from raw.addons
