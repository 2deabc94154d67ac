-- A listener that events are sent to. The JSON in body is what was registered; the other columns are how delivery goes.
create table event_subscription (
    id                    text    not null primary key,
    api                   text    not null,
    body                  text    not null,
    callback              text    generated always as (body ->> '$.callback') virtual,
    query                 text    generated always as (coalesce(body ->> '$.query', '')) virtual,
    secret                text,
    previous_secret       text,
    previous_secret_until text,
    -- Grows with every act of an operator: what a delivery that began before it wants to write is void.
    generation            integer not null,
    -- Up to here everything was delivered or did not match.
    position              integer not null,
    missed_events         integer not null,
    suspended_reason      text,
    failed_attempts       integer not null,
    failing_since         text,
    next_try              text,
    last_success          text,
    last_failure          text,
    last_error            text,
    attempts              integer not null
) strict;

create unique index event_subscription_by_callback on event_subscription (api, callback, query);

-- The latest attempts of each subscription.
create table delivery_attempt (
    subscription_id text    not null references event_subscription (id),
    number          integer not null,
    event_id        text    not null,
    event_type      text    not null,
    position        integer not null,
    time            text    not null,
    duration_ms     integer not null,
    status_code     integer,
    error           text,
    primary key (subscription_id, number)
) strict, without rowid;
