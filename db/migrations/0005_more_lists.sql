CREATE INDEX `activations_identifier` ON `activations` (`identifier`);--> statement-breakpoint
CREATE INDEX `licenses_product` ON `licenses` (`product_id`);