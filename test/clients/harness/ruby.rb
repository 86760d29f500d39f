require 'json'
require File.join(ARGV[0], 'licensing')

RENAMED = { 'offlineFile' => 'offline_file', 'useOfflineFile' => 'use_offline_file', 'deviceName' => 'device_name' }.freeze
MEMBERS = { numeric_version: :numericVersion, retry_after: :retryAfter }.freeze

$stdin.each_line do |line|
  step = JSON.parse(line)
  licensing = Licensing.new(
    api_key: step['apiKey'], server: step['server'], folder: step['store'], device: step['device'],
    bind_to_machine: step['isBound'], machine: step['machine'], now: -> { step['now'] },
    deadline: step['deadlineMs'] / 1000.0, pause: 0
  )
  name, args = step.values_at('do', 'args')
  value =
    if name == 'check' && args.any? then licensing.check(due: args[0])
    else licensing.public_send(RENAMED.fetch(name, name), *args)
    end
  value = value.to_h.transform_keys { |member| MEMBERS.fetch(member, member) } if value.is_a?(Struct)
  $stdout.puts JSON.generate({ id: step['id'], value: value })
  $stdout.flush
end
