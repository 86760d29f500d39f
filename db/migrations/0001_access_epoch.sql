-- Every change to what admits a request or signs an answer moves the epoch, whoever makes it: each process drops its
-- caches when the epoch has moved. `last_used_at` is a statistic and moves nothing.
INSERT INTO `installation` (`key`, `value`) VALUES ('access_epoch', '0');
--> statement-breakpoint
CREATE TRIGGER `api_keys_added` AFTER INSERT ON `api_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `api_keys_changed` AFTER UPDATE OF `hash`, `status`, `capabilities`, `allowed_ips`, `rate_limit_per_minute`, `expires_at` ON `api_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `api_keys_removed` AFTER DELETE ON `api_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `blocklist_added` AFTER INSERT ON `blocklist` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `blocklist_changed` AFTER UPDATE ON `blocklist` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `blocklist_removed` AFTER DELETE ON `blocklist` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `signing_keys_added` AFTER INSERT ON `signing_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `signing_keys_changed` AFTER UPDATE ON `signing_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
--> statement-breakpoint
CREATE TRIGGER `signing_keys_removed` AFTER DELETE ON `signing_keys` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
