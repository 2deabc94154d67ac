-- Everything that happened, in the order of its commit. Positions come from event_position, inside the transaction.
create table event_log (
    position    integer not null primary key,
    id          text    not null,
    type        text    not null,
    resource    text    not null,
    resource_id text    not null,
    time        text    not null,
    body        text    not null
) strict;

create table event_position (
    last integer not null
) strict;

insert into event_position (last) values (0);
