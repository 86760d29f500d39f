CREATE TABLE `signing_key_uses` (
	`key_id` text NOT NULL,
	`day` text NOT NULL,
	`named` integer DEFAULT 0 NOT NULL,
	`unnamed` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`key_id`, `day`),
	FOREIGN KEY (`key_id`) REFERENCES `signing_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `active_from` integer;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `certified_by` text;--> statement-breakpoint
ALTER TABLE `signing_keys` ADD `certificate` text;