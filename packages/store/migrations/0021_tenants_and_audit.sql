-- An audit log whose entries are chained, tenants that can be deleted, keys with groups, and views that people keep.

alter table tenants
  -- Ended runs are kept so many days; null: the installation's default.
  add column retention_days int check (retention_days between 1 and 3650),
  -- The end of the tenant's audit chain. The row's lock is what makes it one chain.
  add column audit_seq bigint not null default 0,
  add column audit_hash text not null default repeat('0', 64),
  -- Not null while the tenant is being deleted: how, since when, and how far that has come.
  add column deletion json;
grant delete on tenants to mainspring_app;
-- Erased with the tenant: what was sealed under it can then be read nowhere, in no backup of Temporal either.
grant delete on tenant_keys to mainspring_app;

-- Each entry's hash covers the one before it. What an entry says is covered by a commitment with a salt, so that it can be taken out of the
-- entries of a deleted tenant without breaking their chain.
alter table audit_log disable trigger audit_log_is_append_only;
alter table audit_log no force row level security;
alter table audit_log
  add column seq bigint,
  add column salt uuid,
  add column content_hash text,
  add column previous_hash text,
  add column hash text,
  -- The same as tenant_id while the tenant exists. There is no other reference to it: entries outlive their tenant.
  add column living_tenant uuid references tenants (id) on delete set null,
  add column pseudonymised_at timestamptz;

create function audit_content_hash(entry audit_log) returns text language sql stable as $$
  select encode(sha256(convert_to(json_build_array(entry.salt, entry.actor, entry.subject, entry.details::text)::text, 'UTF8')), 'hex')
$$;
create function audit_entry_hash(entry audit_log) returns text language sql stable as $$
  select encode(sha256(convert_to(json_build_array(entry.tenant_id, entry.seq, entry.id,
    to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), entry.action, entry.content_hash, entry.previous_hash)::text, 'UTF8')), 'hex')
$$;

do $$
declare
  entry audit_log;
  before audit_log;
begin
  for entry in select * from audit_log order by tenant_id, at, id loop
    entry.seq := case when before.tenant_id = entry.tenant_id then before.seq + 1 else 1 end;
    entry.previous_hash := case when before.tenant_id = entry.tenant_id then before.hash else repeat('0', 64) end;
    entry.salt := gen_random_uuid();
    entry.content_hash := audit_content_hash(entry);
    entry.hash := audit_entry_hash(entry);
    entry.living_tenant := (select id from tenants where id = entry.tenant_id);
    update audit_log set seq = entry.seq, previous_hash = entry.previous_hash, salt = entry.salt, content_hash = entry.content_hash,
      hash = entry.hash, living_tenant = entry.living_tenant where tenant_id = entry.tenant_id and id = entry.id;
    update tenants set audit_seq = entry.seq, audit_hash = entry.hash where id = entry.tenant_id;
    before := entry;
  end loop;
end $$;

alter table audit_log
  alter column seq set not null,
  alter column content_hash set not null,
  alter column previous_hash set not null,
  alter column hash set not null,
  add unique (tenant_id, seq);
drop index audit_log_by_time;
create index audit_log_by_subject on audit_log (tenant_id, subject, seq desc);
create index audit_log_by_actor on audit_log (tenant_id, actor, seq desc);
create index audit_log_of_living_tenants on audit_log (living_tenant) where living_tenant is not null;
alter table audit_log enable trigger audit_log_is_append_only;
alter table audit_log force row level security;

-- Whoever writes an entry says what happened; its place in the chain and its time are not theirs to say.
create function chain_audit_entry() returns trigger language plpgsql as $$
declare
  last record;
begin
  select id, audit_seq as seq, audit_hash as hash into last from tenants where id = new.tenant_id for no key update;
  if not found then
    perform pg_advisory_xact_lock(hashtextextended('audit:' || new.tenant_id, 0));
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
create trigger audit_log_is_chained before insert on audit_log for each row execute function chain_audit_entry();

-- The one change that there is: with the tenant, and by nothing but its deletion, goes what its entries say of people and things. Equal
-- subjects keep equal pseudonyms, made with a salt that is kept nowhere.
create function refuse_audit_change() returns trigger language plpgsql as $$
declare
  salt text;
begin
  if tg_op <> 'UPDATE' or old.living_tenant is null or new.living_tenant is not null
    or exists (select from tenants where id = old.living_tenant) then
    raise exception 'audit_log is append-only' using errcode = 'restrict_violation';
  end if;
  salt := nullif(current_setting('app.pseudonym_salt', true), '');
  if salt is null then
    salt := gen_random_uuid()::text || gen_random_uuid()::text;
    perform set_config('app.pseudonym_salt', salt, true);
  end if;
  new := old;
  new.living_tenant := null;
  new.subject := 'pseudonym:' || left(encode(sha256(convert_to(salt || old.subject, 'UTF8')), 'hex'), 24);
  if old.actor <> 'platform' then
    new.actor := 'pseudonym:' || left(encode(sha256(convert_to(salt || old.actor, 'UTF8')), 'hex'), 24);
  end if;
  new.details := null;
  new.salt := null;
  new.pseudonymised_at := clock_timestamp();
  return new;
end $$;
drop trigger audit_log_is_append_only on audit_log;
create trigger audit_log_is_append_only before update or delete on audit_log
  for each row execute function refuse_audit_change();

-- Groups whose tasks are the key's too.
alter table api_keys add column groups text[] not null default '{}';

-- When something was last stored under the hash: a history that refers to it is not older. See the sweep of blobs.
alter table blobs add column used_at timestamptz not null default now();
grant update (used_at), delete on blobs to mainspring_app;

create table saved_views (
  tenant_id   uuid not null references tenants (id) on delete cascade,
  id          uuid not null,
  -- Whose filter it is, such as `runs`.
  list        text not null,
  name        text not null,
  filter      json not null,
  created_at  timestamptz not null default now(),
  created_by  text,
  primary key (tenant_id, id),
  unique (tenant_id, list, name)
);
alter table saved_views enable row level security;
alter table saved_views force row level security;
create policy tenant_isolation on saved_views
  using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
grant select, insert, update, delete on saved_views to mainspring_app;
