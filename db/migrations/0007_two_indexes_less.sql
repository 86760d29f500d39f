DROP INDEX `activations_license`;--> statement-breakpoint
DROP INDEX `activations_seat`;--> statement-breakpoint
CREATE UNIQUE INDEX `activations_seat` ON `activations` (`license_id`,case when deactivated_at is null then 1 end,`identifier`);--> statement-breakpoint
DROP INDEX `licenses_key_prefix`;--> statement-breakpoint
DROP INDEX `licenses_standing`;--> statement-breakpoint
CREATE INDEX `licenses_standing` ON `licenses` ("license_key" collate nocase,`product_id`,`status`,`assigned_at`,`validity`,`activation_limit`);