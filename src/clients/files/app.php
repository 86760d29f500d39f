<?php

require __DIR__ . '/licensing.php';

$licensing = new Latchkey\Product\Licensing();
$verdict = isset($argv[1]) ? $licensing->activate($argv[1]) : $licensing->check();
if (!$verdict['allowed']) {
    exit("$verdict[why] $verdict[help]\n");
}
echo 'Welcome to the edition ', $licensing->feature('tier'), "\n";
