require_relative 'licensing'

licensing = Licensing.new
verdict = ARGV[0] ? licensing.activate(ARGV[0]) : licensing.check
abort "#{verdict.why} #{verdict.help}" unless verdict.allowed?
puts "Welcome to the edition #{licensing.feature('tier')}"
