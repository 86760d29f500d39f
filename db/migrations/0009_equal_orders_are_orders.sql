DROP INDEX `unanswered_orders_request`;--> statement-breakpoint
CREATE INDEX `unanswered_orders_request` ON `unanswered_orders` (`api_key_id`,`endpoint`,`request_hash`);