-- What a resource was before the change that an event tells of, as far as events that say what has changed need it; null
-- where no state changed.
alter table event_log add column previous text;
