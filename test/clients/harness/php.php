<?php

require $argv[1];
$class = current(preg_grep('/^Latchkey\\\\P[0-9a-f]{8}\\\\Licensing$/', get_declared_classes()));
error_reporting(E_ALL);
// A stranger's handler of errors throws at each of them, as frameworks have it.
set_error_handler(static function ($level, $said) {
    throw new ErrorException($said);
});

while (($line = fgets(STDIN)) !== false) {
    $step = json_decode($line, true);
    $licensing = new $class([
        'apiKey' => $step['apiKey'],
        'server' => $step['server'],
        'folder' => $step['store'],
        'device' => $step['device'],
        'bindToMachine' => $step['isBound'],
        'machine' => $step['machine'],
        'now' => static fn () => $step['now'],
        'deadline' => $step['deadlineMs'] / 1000,
        'pause' => 0,
    ]);
    $value = $licensing->{$step['do']}(...$step['args']);
    echo json_encode(['id' => $step['id'], 'value' => $value], JSON_UNESCAPED_UNICODE), "\n";
}
