-- For docker-compose.yml on one machine only; anywhere else give each role a password of its own.
alter role winnow_migrate password 'winnow';
alter role winnow_api password 'winnow';
alter role winnow_worker password 'winnow';
alter role winnow_monitor password 'winnow';
