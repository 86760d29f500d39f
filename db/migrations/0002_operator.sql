CREATE TABLE `user_tokens` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`prefix` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "user_tokens_kind" CHECK("user_tokens"."kind" in ('session', 'token'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_tokens_hash_unique` ON `user_tokens` (`hash`);--> statement-breakpoint
CREATE INDEX `user_tokens_user` ON `user_tokens` (`user_id`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text,
	`created_at` integer NOT NULL,
	`last_login_at` integer,
	CONSTRAINT "users_role" CHECK("users"."role" in ('viewer', 'operator', 'owner')),
	CONSTRAINT "users_status" CHECK("users"."status" in ('active', 'disabled'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);--> statement-breakpoint
CREATE TABLE `audit_checkpoints` (
	`audit_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`at` integer NOT NULL,
	`key_id` text NOT NULL,
	`signature` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_log` (
	`id` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`request_id` text,
	`verb` text NOT NULL,
	`subject` text NOT NULL,
	`subject_id` text NOT NULL,
	`batch_from` integer,
	`batch_to` integer,
	`before` text,
	`after` text,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_log_subject` ON `audit_log` (`subject`,`subject_id`);--> statement-breakpoint
CREATE INDEX `audit_log_batch` ON `audit_log` (`subject`,`batch_from`) WHERE "audit_log"."batch_from" is not null;--> statement-breakpoint
CREATE INDEX `audit_log_at` ON `audit_log` (`at`);--> statement-breakpoint
CREATE TABLE `calls` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`request_id` text NOT NULL,
	`route` text NOT NULL,
	`code` text NOT NULL,
	`api_key_id` integer,
	`address` text NOT NULL,
	`license_hash` text,
	`masked_key` text,
	`identifier` text,
	`duration_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `calls_at` ON `calls` (`at`);--> statement-breakpoint
CREATE INDEX `calls_license` ON `calls` (`license_hash`,`id`) WHERE "calls"."license_hash" is not null;--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `api_keys` ADD `previous_hash` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `previous_until` integer;--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_previous` ON `api_keys` (`previous_hash`) WHERE "api_keys"."previous_hash" is not null;--> statement-breakpoint
-- A key that is rotated, and a setting that is stored, change what admits a request: they move the epoch too.
DROP TRIGGER `api_keys_changed`;
--> statement-breakpoint
CREATE TRIGGER `api_keys_changed` AFTER UPDATE OF `hash`, `status`, `capabilities`, `allowed_ips`, `rate_limit_per_minute`, `expires_at`, `previous_hash`, `previous_until` ON `api_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `settings_added` AFTER INSERT ON `settings` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `settings_changed` AFTER UPDATE ON `settings` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `settings_removed` AFTER DELETE ON `settings` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `audit_log_unaltered` BEFORE UPDATE ON `audit_log` BEGIN
	SELECT RAISE(ABORT, 'the audit log is never altered');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_log_kept` BEFORE DELETE ON `audit_log` BEGIN
	SELECT RAISE(ABORT, 'the audit log is never altered');
END;
