ALTER TABLE `licenses` ADD `block_reason` text;--> statement-breakpoint
ALTER TABLE `licenses` ADD `replaced_by` text;--> statement-breakpoint
CREATE INDEX `audit_log_notes` ON `audit_log` (`id`) WHERE "audit_log"."verb" = 'license.noted';