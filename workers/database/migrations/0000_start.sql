CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`secret_hash` text NOT NULL,
	`scopes` text NOT NULL,
	`vault` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_secret_hash_unique` ON `api_keys` (`secret_hash`);--> statement-breakpoint
CREATE TABLE `decisions` (
	`vault` text NOT NULL,
	`sequence` integer NOT NULL,
	`type` text NOT NULL,
	`strategy_id` text NOT NULL,
	`slot` integer NOT NULL,
	`verdict` text NOT NULL,
	`reason` text NOT NULL,
	`sentence` text NOT NULL,
	`head` text NOT NULL,
	`record` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`vault`, `sequence`)
);
--> statement-breakpoint
CREATE INDEX `decisions_strategy` ON `decisions` (`strategy_id`,`sequence`);--> statement-breakpoint
CREATE TABLE `executions` (
	`id` text PRIMARY KEY NOT NULL,
	`vault` text NOT NULL,
	`strategy_id` text NOT NULL,
	`slot` integer NOT NULL,
	`attempt` integer NOT NULL,
	`state` text NOT NULL,
	`sequence` integer NOT NULL,
	`transaction_hash` text,
	`block_number` text,
	`relay` text NOT NULL,
	`amount_in` text NOT NULL,
	`amount_out` text NOT NULL,
	`oracle_out` text NOT NULL,
	`slippage_bps` text,
	`predicted_slippage_bps` text NOT NULL,
	`legs` text NOT NULL,
	`decision_head` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `executions_order` ON `executions` (`vault`,`sequence`);--> statement-breakpoint
CREATE INDEX `executions_strategy` ON `executions` (`strategy_id`,`slot`);--> statement-breakpoint
CREATE TABLE `missed_slices` (
	`strategy_id` text NOT NULL,
	`slot` integer NOT NULL,
	`reason` text NOT NULL,
	`recorded_at` integer NOT NULL,
	PRIMARY KEY(`strategy_id`, `slot`)
);
--> statement-breakpoint
CREATE TABLE `pauses` (
	`scope` text NOT NULL,
	`subject` text NOT NULL,
	`reason` text NOT NULL,
	`paused_by` text NOT NULL,
	`paused_at` integer NOT NULL,
	PRIMARY KEY(`scope`, `subject`)
);
--> statement-breakpoint
CREATE TABLE `strategies` (
	`id` text PRIMARY KEY NOT NULL,
	`vault` text NOT NULL,
	`name` text NOT NULL,
	`configuration` text NOT NULL,
	`configuration_hash` text NOT NULL,
	`mandate` text NOT NULL,
	`mandate_id` text NOT NULL,
	`status` text NOT NULL,
	`next_due` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`vault`) REFERENCES `vaults`(`address`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `strategies_due` ON `strategies` (`status`,`next_due`);--> statement-breakpoint
CREATE INDEX `strategies_vault` ON `strategies` (`vault`,`id`);--> statement-breakpoint
CREATE TABLE `vaults` (
	`address` text PRIMARY KEY NOT NULL,
	`chain_id` integer NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);
