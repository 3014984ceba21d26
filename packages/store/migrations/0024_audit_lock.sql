-- Whoever writes an entry waits for the others before it asks for the tenant's row, and not at the row: there a deletion of the tenant may be
-- waiting for runs that are just being inserted, and would be waited for in a circle.
create or replace function chain_audit_entry() returns trigger language plpgsql as $$
declare
  last record;
begin
  perform pg_advisory_xact_lock(hashtextextended('audit:' || new.tenant_id, 0));
  select id, audit_seq as seq, audit_hash as hash into last from tenants where id = new.tenant_id for no key update;
  if not found then
    select null::uuid as id, seq, hash into last from audit_log where tenant_id = new.tenant_id order by seq desc limit 1;
  end if;
  new.living_tenant := last.id;
  new.seq := coalesce(last.seq, 0) + 1;
  new.previous_hash := coalesce(last.hash, repeat('0', 64));
  new.at := clock_timestamp();
  new.salt := gen_random_uuid();
  new.pseudonymised_at := null;
  new.content_hash := audit_content_hash(new);
  new.hash := audit_entry_hash(new);
  update tenants set audit_seq = new.seq, audit_hash = new.hash where id = last.id;
  return new;
end $$;
