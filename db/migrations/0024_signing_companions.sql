ALTER TABLE `signing_key_uses` ADD `companion_named` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `signing_key_uses` ADD `companion_unnamed` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `companion_id` text;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `companion_pem` text;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `sealed_companion` blob;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `companion_certificate` text;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `companion_created_at` integer;