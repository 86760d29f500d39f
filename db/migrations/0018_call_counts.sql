CREATE TABLE `call_counts` (
	`hour` integer NOT NULL,
	`endpoint` text NOT NULL,
	`code` text NOT NULL,
	`product_id` integer NOT NULL,
	`api_key_id` integer NOT NULL,
	`calls` integer NOT NULL,
	PRIMARY KEY(`hour`, `endpoint`, `code`, `product_id`, `api_key_id`)
);
--> statement-breakpoint
INSERT INTO `call_counts` (`hour`, `endpoint`, `code`, `product_id`, `api_key_id`, `calls`)
SELECT `at` / 3600000 * 3600000,
  CASE
    WHEN `path` = '/api/product/public-key' THEN 'get-product-public-key'
    WHEN `path` LIKE '/api/api/v1/%' THEN substr(`path`, 13)
    WHEN `path` LIKE '/api/v1/%' THEN substr(`path`, 9)
    WHEN `path` LIKE '/v1/%' THEN substr(`path`, 5)
    ELSE `path`
  END,
  `code`, 0, coalesce(`api_key_id`, 0), sum(`n`)
FROM (
  SELECT `at` / 3600000 * 3600000 AS `at`, substr(`route`, instr(`route`, '/')) AS `path`, `code`, `api_key_id`, count(*) AS `n`
  FROM `calls` GROUP BY 1, 2, 3, 4
) AS `grouped`
GROUP BY 1, 2, 3, 4, 5;
