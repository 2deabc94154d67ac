-- When a resource was changed last; of one that was not changed since this column is there nobody knows.
alter table service_order add column changed text;
alter table cancel_service_order add column changed text;
alter table service add column changed text;
alter table fallout_item add column changed text;
alter table job add column changed text;
