-- What tells this database from every other: resume tokens are bound to it.
create table database_identity (
    id integer not null
) strict;

insert into database_identity (id) values (random());
