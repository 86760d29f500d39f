ALTER TABLE `licenses` ADD `blocked_from` text;--> statement-breakpoint
UPDATE `licenses` SET `blocked_from` = (
  SELECT json_extract(`before`, '$.status') FROM `audit_log`
  WHERE `subject` = 'license' AND `subject_id` = cast(`licenses`.`id` as text)
    AND json_extract(`after`, '$.status') = 'blocked'
    AND json_extract(`before`, '$.status') IN ('available', 'assigned', 'reserved')
  ORDER BY `audit_log`.`id` DESC LIMIT 1
) WHERE `status` = 'blocked';
