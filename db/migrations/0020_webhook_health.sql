ALTER TABLE `delivery_attempts` ADD `response_headers` text;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `last_success_at` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `last_failure_at` integer;--> statement-breakpoint
ALTER TABLE `webhooks` ADD `failures_in_row` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE `webhooks` SET
  `last_success_at` = (
    SELECT max(`a`.`at`) FROM `deliveries` AS `d` JOIN `delivery_attempts` AS `a` ON `a`.`delivery_id` = `d`.`id`
    WHERE `d`.`webhook_id` = `webhooks`.`id` AND `a`.`error` IS NULL),
  `last_failure_at` = (
    SELECT max(`a`.`at`) FROM `deliveries` AS `d` JOIN `delivery_attempts` AS `a` ON `a`.`delivery_id` = `d`.`id`
    WHERE `d`.`webhook_id` = `webhooks`.`id` AND `a`.`error` IS NOT NULL);
--> statement-breakpoint
UPDATE `webhooks` SET `failures_in_row` = (
  SELECT count(*) FROM `deliveries` AS `d` JOIN `delivery_attempts` AS `a` ON `a`.`delivery_id` = `d`.`id`
  WHERE `d`.`webhook_id` = `webhooks`.`id` AND `a`.`error` IS NOT NULL
    AND `a`.`at` > coalesce(`webhooks`.`last_success_at`, 0));
