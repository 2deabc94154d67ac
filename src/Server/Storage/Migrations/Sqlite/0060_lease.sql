-- The right to do what only one server may do at a time. until: milliseconds since 1970.
create table lease (
    name   text    not null primary key,
    holder text    not null,
    token  integer not null,
    until  integer not null
) strict, without rowid;
