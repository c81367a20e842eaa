/*
An operator's word that a live value is what is wanted from now on.

grain: drift_id

drift_id: The drift that was accepted.
decided_at: When.
kind: Resource kind.
provider_id: The provider's id.
field: The field.
actual: The live value that was shown; it is the desired value from then on.
*/
select
    subject_id as drift_id,
    decided_at,
    cast(json_extract_string(details, '$.kind') as varchar) as kind,
    cast(json_extract_string(details, '$.provider_id') as varchar) as provider_id,
    cast(json_extract_string(details, '$.field') as varchar) as field,
    cast(json_extract(details, '$.actual') as json) as actual
from staging.decisions
where decision = 'accept-drift'
