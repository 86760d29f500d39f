CREATE TABLE `user_links` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`user_id` integer,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "user_links_kind" CHECK("user_links"."kind" in ('setup', 'invitation', 'reset'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_links_user_id_unique` ON `user_links` (`user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `user_links_hash_unique` ON `user_links` (`hash`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_users` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`status` text NOT NULL,
	`password_hash` text,
	`created_at` integer NOT NULL,
	`last_login_at` integer,
	`preferences` text,
	CONSTRAINT "users_role" CHECK("__new_users"."role" in ('viewer', 'support', 'operator', 'owner')),
	CONSTRAINT "users_status" CHECK("__new_users"."status" in ('active', 'disabled'))
);
--> statement-breakpoint
INSERT INTO `__new_users`("id", "name", "role", "status", "password_hash", "created_at", "last_login_at") SELECT "id", "name", "role", "status", "password_hash", "created_at", "last_login_at" FROM `users`;--> statement-breakpoint
DROP TABLE `users`;--> statement-breakpoint
ALTER TABLE `__new_users` RENAME TO `users`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `users_name_unique` ON `users` (`name`);