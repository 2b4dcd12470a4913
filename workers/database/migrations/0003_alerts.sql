CREATE TABLE `alerts` (
	`id` text PRIMARY KEY NOT NULL,
	`vault` text,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`sentence` text NOT NULL,
	`raised_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alerts_newest` ON `alerts` (`raised_at`,`id`);