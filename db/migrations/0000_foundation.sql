CREATE TABLE `api_keys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`prefix` text NOT NULL,
	`status` text NOT NULL,
	`capabilities` text NOT NULL,
	`allowed_ips` text NOT NULL,
	`rate_limit_per_minute` integer,
	`expires_at` integer,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	CONSTRAINT "api_keys_status" CHECK("api_keys"."status" in ('active', 'inactive', 'revoked'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE TABLE `blocklist` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	`reason` text DEFAULT '' NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	CONSTRAINT "blocklist_kind" CHECK("blocklist"."kind" in ('ip', 'identifier'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `blocklist_entry` ON `blocklist` (`kind`,`value`);--> statement-breakpoint
CREATE TABLE `product_meta` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`product_id` integer NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `product_meta_key` ON `product_meta` (`product_id`,`key`);--> statement-breakpoint
CREATE TABLE `products` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`slug` text,
	`external_reference` text DEFAULT '' NOT NULL,
	`source` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`post_url` text DEFAULT '' NOT NULL,
	`status` text NOT NULL,
	`require_non_expired` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "products_status" CHECK("products"."status" in ('active', 'inactive')),
	CONSTRAINT "products_source" CHECK("products"."source" in ('internal', 'envato'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `products_uuid_unique` ON `products` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `products_slug_unique` ON `products` (`slug`);--> statement-breakpoint
CREATE TABLE `activations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`license_id` integer NOT NULL,
	`identifier` text NOT NULL,
	`post_url` text DEFAULT '' NOT NULL,
	`ip` text DEFAULT '' NOT NULL,
	`user_agent` text DEFAULT '' NOT NULL,
	`activated_at` integer NOT NULL,
	`deactivated_at` integer,
	`last_verified_at` integer,
	FOREIGN KEY (`license_id`) REFERENCES `licenses`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `activations_seat` ON `activations` (`license_id`,`identifier`) WHERE "activations"."deactivated_at" is null;--> statement-breakpoint
CREATE INDEX `activations_license` ON `activations` (`license_id`);--> statement-breakpoint
CREATE TABLE `license_meta` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`license_id` integer NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	FOREIGN KEY (`license_id`) REFERENCES `licenses`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `license_meta_key` ON `license_meta` (`license_id`,`key`);--> statement-breakpoint
CREATE TABLE `licenses` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`product_id` integer NOT NULL,
	`license_key` text NOT NULL,
	`owner_name` text,
	`owner_email` text,
	`activation_limit` integer NOT NULL,
	`validity` integer NOT NULL,
	`assigned_at` integer,
	`status` text NOT NULL,
	`revoked_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "licenses_state" CHECK("licenses"."status" in ('available', 'assigned', 'reserved', 'blocked')),
	CONSTRAINT "licenses_key_length" CHECK(length("licenses"."license_key") between 1 and 255)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `licenses_license_key_unique` ON `licenses` (`license_key`);--> statement-breakpoint
CREATE INDEX `licenses_stock` ON `licenses` (`product_id`,`status`);--> statement-breakpoint
CREATE INDEX `licenses_status` ON `licenses` (`status`);--> statement-breakpoint
CREATE INDEX `licenses_owner_email` ON `licenses` (lower("owner_email"));--> statement-breakpoint
CREATE INDEX `licenses_owner_name` ON `licenses` (lower("owner_name"));--> statement-breakpoint
CREATE INDEX `licenses_key_prefix` ON `licenses` (lower("license_key"));--> statement-breakpoint
CREATE TABLE `installation` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `signing_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`product_id` integer,
	`bits` integer NOT NULL,
	`public_pem` text NOT NULL,
	`sealed_private` blob NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_of_product` ON `signing_keys` (`product_id`) WHERE "signing_keys"."retired_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX `signing_keys_global` ON `signing_keys` (("product_id" is null)) WHERE "signing_keys"."product_id" is null and "signing_keys"."retired_at" is null;