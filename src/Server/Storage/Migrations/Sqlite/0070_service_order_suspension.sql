-- What the items of an order that was held or made pending as a whole were before: ids and states, as an order in JSON.
create table service_order_suspension (
    order_id text not null primary key,
    items    text not null
) strict, without rowid;
