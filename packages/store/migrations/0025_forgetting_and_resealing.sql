-- A tenant's new key seals its webhooks' secrets anew, and a decision forgets the values of an event or run that is gone.

grant update (key_version, sealed) on webhook_secrets to mainspring_app;
grant update ("values") on workflow_trigger_decisions to mainspring_app;
create index workflow_trigger_decisions_by_run on workflow_trigger_decisions (tenant_id, run_id) where run_id is not null;
