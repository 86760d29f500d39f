CREATE TABLE `activation_sightings` (
	`activation_id` integer PRIMARY KEY NOT NULL,
	`last_verified_at` integer NOT NULL
);
--> statement-breakpoint
INSERT INTO `activation_sightings` SELECT `id`, `last_verified_at` FROM `activations` WHERE `last_verified_at` IS NOT NULL;
--> statement-breakpoint
CREATE TRIGGER `activation_sightings_removed` AFTER DELETE ON `activations` BEGIN
	DELETE FROM `activation_sightings` WHERE `activation_id` = OLD.`id`;
END;
--> statement-breakpoint
ALTER TABLE `activations` DROP COLUMN `last_verified_at`;--> statement-breakpoint
CREATE INDEX `licenses_standing` ON `licenses` (`license_key`,`product_id`,`status`,`assigned_at`,`validity`,`activation_limit`);
