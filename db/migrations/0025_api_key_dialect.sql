ALTER TABLE `api_keys` ADD `dialect` text DEFAULT 'standard' NOT NULL;
--> statement-breakpoint
DROP TRIGGER `api_keys_changed`;
--> statement-breakpoint
CREATE TRIGGER `api_keys_changed` AFTER UPDATE OF `hash`, `status`, `capabilities`, `allowed_ips`, `rate_limit_per_minute`, `expires_at`, `previous_hash`, `previous_until`, `dialect` ON `api_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
