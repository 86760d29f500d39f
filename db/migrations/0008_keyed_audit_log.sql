CREATE TABLE `audit_head` (
	`id` integer PRIMARY KEY NOT NULL,
	`audit_id` integer NOT NULL,
	`hash` text NOT NULL,
	`checkpoints` integer NOT NULL,
	`unkeyed_until` integer NOT NULL,
	`mac` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_log` ADD `salt` text;--> statement-breakpoint
ALTER TABLE `audit_log` ADD `redaction` text;--> statement-breakpoint
DROP TRIGGER `audit_log_unaltered`;
--> statement-breakpoint
CREATE TRIGGER `audit_log_unaltered` BEFORE UPDATE ON `audit_log` WHEN NEW.`redaction` IS NULL OR NEW.`salt` IS NOT NULL OR NEW.`id` <> OLD.`id` OR NEW.`at` <> OLD.`at` OR NEW.`actor` <> OLD.`actor` OR NEW.`request_id` IS NOT OLD.`request_id` OR NEW.`verb` <> OLD.`verb` OR NEW.`subject` <> OLD.`subject` OR NEW.`subject_id` <> OLD.`subject_id` OR NEW.`batch_from` IS NOT OLD.`batch_from` OR NEW.`batch_to` IS NOT OLD.`batch_to` OR NEW.`hash` <> OLD.`hash` BEGIN
	SELECT RAISE(ABORT, 'the audit log is never altered');
END;
