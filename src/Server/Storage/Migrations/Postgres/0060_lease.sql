-- The right to do what only one server may do at a time. until: milliseconds since 1970, by the database's clock.
create table lease (
    name   text collate "C" not null primary key,
    holder text collate "C" not null,
    token  bigint           not null,
    until  bigint           not null
) with (fillfactor = 50);
