CREATE TABLE `customer_sizes` (
	`email` text PRIMARY KEY NOT NULL,
	`licenses` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `customer_sizes_licenses` ON `customer_sizes` (`licenses`,`email`);--> statement-breakpoint
ALTER TABLE `products` ADD `low_stock` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `licenses_unaddressed` ON `licenses` (lower("owner_name")) WHERE owner_email is null and owner_name is not null;--> statement-breakpoint
INSERT INTO `customer_sizes` (`email`, `licenses`)
  SELECT lower(`owner_email`), count(*) FROM `licenses` WHERE lower(`owner_email`) > '' GROUP BY lower(`owner_email`) HAVING count(*) > 1;
--> statement-breakpoint
CREATE TRIGGER `customer_sizes_grown` AFTER INSERT ON `licenses` WHEN NEW.`owner_email` <> '' BEGIN
	INSERT INTO `customer_sizes` (`email`, `licenses`)
		SELECT lower(NEW.`owner_email`), 2 WHERE EXISTS (
			SELECT 1 FROM `licenses` WHERE lower(`owner_email`) = lower(NEW.`owner_email`) AND `id` <> NEW.`id`)
		ON CONFLICT (`email`) DO UPDATE SET `licenses` = `licenses` + 1;
END;
--> statement-breakpoint
CREATE TRIGGER `customer_sizes_shrunk` AFTER DELETE ON `licenses` WHEN OLD.`owner_email` <> '' BEGIN
	UPDATE `customer_sizes` SET `licenses` = `licenses` - 1 WHERE `email` = lower(OLD.`owner_email`);
	DELETE FROM `customer_sizes` WHERE `email` = lower(OLD.`owner_email`) AND `licenses` < 2;
END;
--> statement-breakpoint
CREATE TRIGGER `customer_sizes_moved` AFTER UPDATE OF `owner_email` ON `licenses`
	WHEN lower(coalesce(OLD.`owner_email`, '')) <> lower(coalesce(NEW.`owner_email`, '')) BEGIN
	INSERT INTO `customer_sizes` (`email`, `licenses`)
		SELECT lower(NEW.`owner_email`), 2 WHERE EXISTS (
			SELECT 1 FROM `licenses` WHERE lower(`owner_email`) = lower(NEW.`owner_email`) AND `id` <> NEW.`id`)
		ON CONFLICT (`email`) DO UPDATE SET `licenses` = `licenses` + 1;
	UPDATE `customer_sizes` SET `licenses` = `licenses` - 1 WHERE `email` = lower(OLD.`owner_email`);
	DELETE FROM `customer_sizes` WHERE `email` = lower(OLD.`owner_email`) AND `licenses` < 2;
END;
