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
CREATE TABLE `generators` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`product_id` integer NOT NULL,
	`method` text NOT NULL,
	`prefix` text DEFAULT '' NOT NULL,
	`suffix` text DEFAULT '' NOT NULL,
	`function_name` text DEFAULT '' NOT NULL,
	`number_of_chunks` integer DEFAULT 4 NOT NULL,
	`chunk_length` integer DEFAULT 4 NOT NULL,
	`activation_limit` integer NOT NULL,
	`validity` integer NOT NULL,
	`status` integer NOT NULL,
	`charset` text DEFAULT '0123456789ABCDEF' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "generators_method" CHECK("generators"."method" in ('uuid', 'chunk-system', 'custom'))
);
--> statement-breakpoint
CREATE INDEX `generators_product` ON `generators` (`product_id`,`status`);--> statement-breakpoint
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
	`changelog_enabled` integer DEFAULT 1 NOT NULL,
	`features` text DEFAULT '[]' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "products_status" CHECK("products"."status" in ('active', 'inactive')),
	CONSTRAINT "products_source" CHECK("products"."source" in ('internal', 'envato'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `products_uuid_unique` ON `products` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `products_slug_unique` ON `products` (`slug`);--> statement-breakpoint
CREATE TABLE `releases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`product_id` integer NOT NULL,
	`numeric_version` integer NOT NULL,
	`version` text NOT NULL,
	`update_summary` text DEFAULT '' NOT NULL,
	`changelog` text DEFAULT '' NOT NULL,
	`published` integer NOT NULL,
	`release_date` integer NOT NULL,
	`download_counter` integer DEFAULT 0 NOT NULL,
	`file_hash` text NOT NULL,
	`file_name` text NOT NULL,
	`file_size` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `releases_version` ON `releases` (`product_id`,`numeric_version`);--> statement-breakpoint
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
CREATE TABLE `contracts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`name` text NOT NULL,
	`information` text NOT NULL,
	`contract_key` text NOT NULL,
	`license_keys_quantity` integer NOT NULL,
	`product_id` integer NOT NULL,
	`can_get_info` integer NOT NULL,
	`can_generate` integer NOT NULL,
	`can_destroy` integer NOT NULL,
	`can_destroy_all` integer NOT NULL,
	`status` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "contracts_status" CHECK("contracts"."status" in ('active', 'inactive'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contracts_uuid_unique` ON `contracts` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `contracts_contract_key_unique` ON `contracts` (`contract_key`);--> statement-breakpoint
CREATE INDEX `contracts_product` ON `contracts` (`product_id`);--> statement-breakpoint
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
	`contract_id` integer,
	`generator_id` integer,
	`features` text DEFAULT '{}' NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`product_id`) REFERENCES `products`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`contract_id`) REFERENCES `contracts`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`generator_id`) REFERENCES `generators`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "licenses_state" CHECK("licenses"."status" in ('available', 'assigned', 'reserved', 'blocked')),
	CONSTRAINT "licenses_key_length" CHECK(length("licenses"."license_key") between 1 and 255)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `licenses_license_key_unique` ON `licenses` (`license_key`);--> statement-breakpoint
CREATE INDEX `licenses_contract` ON `licenses` (`contract_id`) WHERE "licenses"."contract_id" is not null;--> statement-breakpoint
CREATE INDEX `licenses_generator` ON `licenses` (`generator_id`) WHERE "licenses"."generator_id" is not null;--> statement-breakpoint
CREATE INDEX `licenses_expiry` ON `licenses` (("assigned_at" + "validity" * 86400000)) WHERE "licenses"."status" = 'assigned' and "licenses"."validity" > 0;--> statement-breakpoint
CREATE INDEX `licenses_stock` ON `licenses` (`product_id`,`status`);--> statement-breakpoint
CREATE INDEX `licenses_status` ON `licenses` (`status`);--> statement-breakpoint
CREATE INDEX `licenses_owner_email` ON `licenses` (lower("owner_email"));--> statement-breakpoint
CREATE INDEX `licenses_owner_name` ON `licenses` (lower("owner_name"));--> statement-breakpoint
CREATE INDEX `licenses_key_prefix` ON `licenses` (lower("license_key"));--> statement-breakpoint
CREATE TABLE `telemetry` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_identifier` text,
	`license_key` text,
	`activation_identifier` text,
	`product_id` text,
	`product_version` text,
	`data_type` text,
	`data_group` text,
	`data` text,
	`is_correct_format` integer NOT NULL,
	`license_key_exists` integer NOT NULL,
	`product_exists` integer NOT NULL,
	`product_version_exists` integer NOT NULL,
	`has_red_flags` integer NOT NULL,
	`created_at` integer NOT NULL,
	`ip` text DEFAULT '' NOT NULL,
	`hwid` text,
	`country` text,
	`flags` text,
	`metadata` text
);
--> statement-breakpoint
CREATE INDEX `telemetry_product` ON `telemetry` (`product_id`);--> statement-breakpoint
CREATE INDEX `telemetry_license_key` ON `telemetry` (`license_key`);--> statement-breakpoint
CREATE INDEX `telemetry_group` ON `telemetry` (`data_type`,`data_group`);--> statement-breakpoint
CREATE INDEX `telemetry_red_flags` ON `telemetry` (`has_red_flags`);--> statement-breakpoint
CREATE INDEX `telemetry_created` ON `telemetry` (`created_at`);--> statement-breakpoint
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
CREATE UNIQUE INDEX `signing_keys_global` ON `signing_keys` (("product_id" is null)) WHERE "signing_keys"."product_id" is null and "signing_keys"."retired_at" is null;--> statement-breakpoint
CREATE TABLE `deliveries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`message_id` text NOT NULL,
	`kind` text NOT NULL,
	`webhook_id` integer,
	`event` text NOT NULL,
	`url` text NOT NULL,
	`content` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`webhook_id`) REFERENCES `webhooks`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "deliveries_state" CHECK("deliveries"."state" in ('pending', 'success', 'failed'))
);
--> statement-breakpoint
CREATE INDEX `deliveries_webhook` ON `deliveries` (`webhook_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `deliveries_created` ON `deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `delivery_attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`delivery_id` integer NOT NULL,
	`attempt` integer NOT NULL,
	`at` integer NOT NULL,
	`status` integer,
	`duration_ms` integer NOT NULL,
	`response_body` text DEFAULT '' NOT NULL,
	`error` text,
	FOREIGN KEY (`delivery_id`) REFERENCES `deliveries`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `delivery_attempts_delivery` ON `delivery_attempts` (`delivery_id`);--> statement-breakpoint
CREATE TABLE `idempotency_keys` (
	`api_key_id` integer NOT NULL,
	`endpoint` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`api_key_id`, `endpoint`, `key`),
	FOREIGN KEY (`api_key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`lane` text,
	`state` text NOT NULL,
	`attempts` integer DEFAULT 0 NOT NULL,
	`run_at` integer NOT NULL,
	`lease_until` integer,
	`last_error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer,
	CONSTRAINT "jobs_state" CHECK("jobs"."state" in ('queued', 'running', 'done', 'dead'))
);
--> statement-breakpoint
CREATE INDEX `jobs_due` ON `jobs` (`kind`,`run_at`) WHERE "jobs"."state" = 'queued' and "jobs"."lane" is null;--> statement-breakpoint
CREATE INDEX `jobs_running` ON `jobs` (`lease_until`) WHERE "jobs"."state" = 'running';--> statement-breakpoint
CREATE INDEX `jobs_state` ON `jobs` (`state`);--> statement-breakpoint
CREATE INDEX `jobs_lane` ON `jobs` (`lane`,`id`) WHERE "jobs"."lane" is not null and "jobs"."state" in ('queued', 'running');--> statement-breakpoint
CREATE TABLE `unanswered_orders` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`api_key_id` integer NOT NULL,
	`endpoint` text NOT NULL,
	`request_hash` text NOT NULL,
	`answer` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`api_key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `unanswered_orders_request` ON `unanswered_orders` (`api_key_id`,`endpoint`,`request_hash`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`uuid` text NOT NULL,
	`name` text NOT NULL,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`sealed_secret` text NOT NULL,
	`active` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_uuid_unique` ON `webhooks` (`uuid`);