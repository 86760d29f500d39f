CREATE TABLE `bulk_parts` (
	`bulk_id` integer NOT NULL,
	`part` integer NOT NULL,
	`license_ids` text NOT NULL,
	`results` text,
	PRIMARY KEY(`bulk_id`, `part`),
	FOREIGN KEY (`bulk_id`) REFERENCES `bulk_runs`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `bulk_runs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`action` text NOT NULL,
	`input` text NOT NULL,
	`undoes` integer,
	`total` integer NOT NULL,
	`done` integer DEFAULT 0 NOT NULL,
	`changed` integer DEFAULT 0 NOT NULL,
	`refused` integer DEFAULT 0 NOT NULL,
	`actor` text NOT NULL,
	`created_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `bulk_runs_undoes` ON `bulk_runs` (`undoes`) WHERE "bulk_runs"."undoes" is not null;