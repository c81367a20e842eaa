/*
The add-ons that can be bought now.

grain: addon_code
*/
select addon_code, billing_kind, quantity, price_cents, currency
from staging.addons
