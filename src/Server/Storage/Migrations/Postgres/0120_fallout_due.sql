-- When items that fell out have been so for too long: milliseconds since 1970.
create table fallout_due (
    fallout_id text collate "C" not null primary key,
    at         bigint not null
);
create index fallout_due_by_time on fallout_due (at);
