-- How many resources are in each state, so that a page's total costs the same however many there are.
create table resource_count (
    resource text    not null,
    state    text    not null,
    total    integer not null,
    primary key (resource, state)
) strict, without rowid;

-- Requests that a client has named, with what they were answered: a repetition creates nothing.
create table request_id (
    resource text not null,
    key      text not null,
    hash     text not null,
    body     text not null,
    time     text not null,
    primary key (resource, key)
) strict;

create index request_id_by_time on request_id (time);
