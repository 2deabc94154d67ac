-- Keys of programs, and of each the hash of its secret and when it was used last.
create table api_key (
    id               text collate "C" not null primary key,
    version          bigint not null,
    created_position bigint,
    changed          text collate "C",
    state            text collate "C" not null,
    created_date     text collate "C" not null,
    body             text compression lz4 not null
) with (toast_tuple_target = 8160);
create index api_key_by_created_date on api_key (created_date desc nulls last, id desc);
create index api_key_by_state        on api_key (state, created_date desc nulls last, id desc);

create table api_key_secret (
    api_key_id text collate "C" not null primary key,
    hash       text collate "C" not null,
    last_used  text collate "C"
);
