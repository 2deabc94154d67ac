-- Keys of programs, and of each the hash of its secret and when it was used last.
create table api_key (
    id               text    not null primary key,
    version          integer not null,
    created_position integer,
    changed          text,
    state            text    not null,
    created_date     text    not null,
    body             text    not null
) strict;
create index api_key_by_created_date on api_key (created_date desc, id desc);
create index api_key_by_state        on api_key (state, created_date desc, id desc);

create table api_key_secret (
    api_key_id text not null primary key,
    hash       text not null,
    last_used  text
) strict, without rowid;
