DROP INDEX `calls_license`;--> statement-breakpoint
CREATE INDEX `calls_license` ON `calls` (`id` >> 12,`license_hash`) WHERE "calls"."license_hash" is not null;