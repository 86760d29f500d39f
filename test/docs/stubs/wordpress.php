<?php

// As much of WordPress as a plugin with a licence calls. Runs one step of a site: php wordpress.php PLUGIN SITE STEP,
// where SITE is the folder of its options, and STEP an action or PHP to evaluate.

[, $plugin, $site, $step] = $argv;
$actions = [];
$optionsFile = "$site/options.json";
$options = is_file($optionsFile) ? unserialize(file_get_contents($optionsFile)) : [];
register_shutdown_function(function () use (&$options, $optionsFile) {
    file_put_contents($optionsFile, serialize($options));
});

function add_action($name, $work)
{
    $GLOBALS['actions'][$name][] = $work;
}

function do_action($name)
{
    foreach ($GLOBALS['actions'][$name] ?? [] as $work) {
        $work();
    }
}

function register_activation_hook($file, $work)
{
    add_action('activate', $work);
}

function register_deactivation_hook($file, $work)
{
    add_action('deactivate', $work);
}

function wp_schedule_event($at, $every, $action)
{
    update_option('cron', [$action => $every]);
}

function wp_clear_scheduled_hook($action)
{
    update_option('cron', []);
}

function get_option($name, $otherwise = false)
{
    return $GLOBALS['options'][$name] ?? $otherwise;
}

function update_option($name, $value, $autoload = null)
{
    $isNew = get_option($name) !== $value;
    $GLOBALS['options'][$name] = $value;
    return $isNew;
}

function home_url()
{
    return 'https://Shop.example.com';
}

function admin_url($path)
{
    return home_url() . "/wp-admin/$path";
}

function check_admin_referer($action)
{
    if (($_POST['_wpnonce'] ?? '') !== $action) {
        wp_die('The link you followed has expired.');
    }
}

function current_user_can($capability)
{
    return $capability === 'manage_options' && getenv('WP_USER') === 'admin';
}

function wp_unslash($text)
{
    return stripslashes($text);
}

function esc_html($text)
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function wp_safe_redirect($to)
{
    echo "Location: $to";
}

function wp_die($why)
{
    exit("Died: $why");
}

final class WP_Error
{
}

function is_wp_error($answer)
{
    return $answer instanceof WP_Error;
}

function wp_remote_request($url, $asked)
{
    $header = ['Content-Type: application/x-www-form-urlencoded', 'Connection: close'];
    foreach ($asked['headers'] as $name => $value) {
        $header[] = "$name: $value";
    }
    $options = ['method' => $asked['method'], 'timeout' => $asked['timeout'], 'ignore_errors' => true];
    $options += ['header' => $header, 'content' => http_build_query($asked['body'] ?? [])];
    $body = @file_get_contents($url, false, stream_context_create(['http' => $options]));
    if ($body === false) {
        return new WP_Error();
    }
    return ['status' => explode(' ', $http_response_header[0])[1], 'headers' => $http_response_header, 'body' => $body];
}

function wp_remote_retrieve_response_code($answer)
{
    return $answer['status'];
}

function wp_remote_retrieve_body($answer)
{
    return $answer['body'];
}

function wp_remote_retrieve_header($answer, $name)
{
    $found = preg_grep("/^$name:/i", $answer['headers']);
    return $found ? trim(explode(':', end($found), 2)[1]) : '';
}

require $plugin;
if (isset($actions[$step])) {
    $_POST = ['_wpnonce' => getenv('WP_NONCE') ?: 'my_app_key', 'key' => (string) getenv('WP_KEY')];
    do_action($step);
} else {
    eval($step);
}
