ALTER TABLE `products` ADD `offline_grace_days` integer DEFAULT 30 NOT NULL;
--> statement-breakpoint
-- What is remembered of a product is forgotten when it goes: an import may give its id to another.
CREATE TRIGGER `products_removed` AFTER DELETE ON `products` BEGIN
	UPDATE `installation` SET `value` = `value` + 1 WHERE `key` = 'access_epoch';
END;
