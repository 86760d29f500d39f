# frozen_string_literal: true

# Licensing: asks your Latchkey server whether this installation may run, believes signed answers only, and remembers the
# last good one for the days without a network. Ruby 3.0 or later, the standard library alone.
#
#     licensing = Licensing.new(api_key: "lk_...")
#     verdict = licensing.activate(key_from_the_customer)  # once
#     verdict = licensing.check                            # at each start, and daily
#     warn verdict.why, verdict.help unless verdict.allowed?
#
# Nothing here raises: every method returns a value. `result` is what the server says, `allowed?` is what follows from it:
# a licence that is good, or was good lately while nobody can tell. Times are Unix seconds.

require 'fileutils'
require 'json'
require 'monitor'
require 'net/http'
require 'openssl'
require 'rbconfig'
require 'securerandom'
require 'time'
require 'timeout'
require 'tmpdir'
require 'uri'

# The licence of this installation.
class Licensing
  # Filled in when this file was printed.
  SERVER = "@server@"
  # The uuid of the product, and its name for messages.
  PRODUCT = "@product@"
  PRODUCT_NAME = "@product-name@"
  # An API key with the preset "client". Anybody can read it here, so never another one.
  API_KEY = "@api-key@"
  # How many days the program may go on after the last good answer.
  GRACE_DAYS = 7
  # The public keys that may sign, DER in base64. Later ones are trusted if one of these has certified them.
  PUBLIC_KEYS = ["@public-keys@"].freeze

  DAY = 86_400
  CLOCK_ERROR = 300
  ANSWER_BYTES_MAX = 1_000_000
  # The description of a key on P-256 has this length, of RSA at least 294 bytes.
  P256_BYTES = 91
  FILE_NAME = "license-#{PRODUCT}.json"
  GOOD = [200, 300, 301].freeze

  # What each refusal means, and what helps the customer. All other codes say nothing about the licence.
  REFUSALS = {
    201 => ['This licence key has not been sold.', 'Ask the shop where you bought it.'],
    202 => ['The licence is not active on this device.', 'Activate it again.'],
    203 => ["#{PRODUCT_NAME} is not available at present.", 'Contact the vendor.'],
    204 => ['This licence is blocked.', 'Contact the vendor.'],
    205 => ['This licence has ended.', 'Renew it.'],
    210 => ["There is no such licence key for #{PRODUCT_NAME}.", 'Check the key for typing errors.'],
    215 => ['The request named no device.', 'Report this to the vendor: it is a fault of the program.'],
    302 => ['All seats of this licence are taken.', 'Deactivate another device, or buy a further seat.'],
    401 => ['The licence was not active on this device.', 'There is nothing to do.']
  }.freeze

  # What is known of the licence. `result` is "good", "refused" or "cannot tell"; `allowed?` is whether the program may
  # run; `why` is a sentence for the customer, and `help` what they can do. `code` is the genuine answer's, `until` is until
  # when the program may run if the server stays silent, and `retry_after` the seconds that the server asked to wait.
  Verdict = Struct.new(:result, :allowed, :why, :help, :code, :until, :retry_after, keyword_init: true) do
    alias_method :allowed?, :allowed
  end

  # A published release; `url` is where to download it, good for some minutes.
  Release = Struct.new(:version, :numeric_version, :summary, :changelog, :date, :url)

  # Why there is no answer that can be believed.
  class CannotTell < StandardError
    attr_reader :help, :code, :retry_after

    def initialize(why, help = 'Check the internet connection; the program asks again later.', code: nil, retry_after: nil)
      super(why)
      @help = help
      @code = code
      @retry_after = retry_after
    end
  end

  KeptFile = Struct.new(:key, :features, :ends_at, :lapses_at)

  # One check in flight: others wait for it, and find its answer.
  TURN = Monitor.new

  private_constant :CannotTell, :KeptFile, :TURN

  # `folder` is where to keep the licence, by default the user's folder for the data of programs. `device` names this
  # device, otherwise the variable LICENSE_DEVICE does, otherwise a random name that is made once and kept;
  # `bind_to_machine` takes the machine's id, hashed with the product, instead. The last four are for tests.
  def initialize(api_key: API_KEY, server: SERVER, grace_days: GRACE_DAYS, folder: nil, device: nil,
                 bind_to_machine: false, now: -> { Time.now }, machine: nil, deadline: 10, pause: 0.5)
    @api_key = api_key
    @server = server.chomp('/')
    @grace_days = grace_days
    @path = File.join(folder || usual_folder, FILE_NAME)
    @named_device = [device, ENV['LICENSE_DEVICE']].find { |name| name && !name.empty? }
    @bound = bind_to_machine
    @machine = machine
    @clock = now
    @deadline = deadline
    @pause = pause
    @memory = {}
    @trusted = []
  end

  # Takes a seat for this device. Call it when the customer enters a key.
  def activate(license_key)
    in_turn do
      key = tidy(license_key)
      forget(key) if key != @memory['key']
      # Kept before the request: a device that is not known again would take a seat at each start.
      unless save || @named_device
        raise CannotTell.new('This device cannot keep its licence.', 'Make the data folder of the program writable.')
      end

      decide('activate')
    end
  end

  # Says whether the program may run. Asks the server once a day, or at once if it is due.
  def check(due: false)
    in_turn do
      next nothing_entered unless entered?

      moment = now
      granted = granted_until
      next good(granted) if !due && granted >= moment && soon?('due', moment, DAY)

      if !due && (soon?('paused_until', moment, 7200) || soon?('busy_until', moment, 7200))
        raise CannotTell, 'The licence server did not answer lately.'
      end

      decide('verify')
    end
  end

  # Frees the seat of this device, and forgets the licence.
  def deactivate
    in_turn do
      next nothing_entered unless entered?

      said, = ask('deactivate')
      code = said['code']
      next judge(said) unless ['400', 400, 401].include?(code)

      forget
      save
      next refused(401) if code == 401

      verdict('good', false, 'The licence was deactivated on this device.', '', code: 400)
    end
  end

  # The value of a feature of the licence; nil without it, or while the program may not run.
  def feature(name)
    in_turn do
      file = kept_file
      # A licence without features has an empty list here.
      file.features[name.to_s] if file && granted_until >= now && file.features.is_a?(Hash)
    end
  end

  # The newest published release; nil if there is none, or nobody can tell.
  def update
    in_turn(nil) do
      said, = ask('access-downloadables')
      newest = said['downloadables'].first if said['code'] == 600 && said['downloadables'].is_a?(Array)
      next unless newest.is_a?(Hash)

      Release.new(*newest.values_at('version', 'numeric_version', 'update_summary', 'changelog', 'release_date', 'url'))
    end
  end

  # Reports a number or a text to the vendor; whether it arrived.
  def report(group, value, version, user: nil)
    in_turn(false) do
      numeric = value.is_a?(Numeric)
      said, = ask('send-telemetry-data',
                  'user_identifier' => user || device,
                  'activation_identifier' => device,
                  'product_version' => version,
                  'data_group' => group,
                  'data_type' => numeric ? 'numeric-single-value' : 'text',
                  (numeric ? 'numeric_data_single_value' : 'text_data') => value.to_s)
      [830, 831].include?(said['code'])
    end
  end

  # Fetches a file that holds for a day and this many days more, keeps it, and returns its text; or nil.
  def offline_file(grace_days = 30)
    in_turn(nil) do
      text = fetch_file(grace_days)
      save
      text
    end
  end

  # Takes a file that was fetched elsewhere for this device, which may never be online.
  def use_offline_file(text)
    in_turn do
      text = text.scrub.strip
      file = open_file(text)
      next refused(205) if file.ends_at < now
      raise CannotTell.new('This file has lapsed.', 'Ask for a new one.') if set_back? || file.lapses_at < now

      @memory = { 'key' => file.key, **@memory, 'file' => text }
      save
      good(file.lapses_at)
    end
  end

  # The name of this device, as the server knows it. Show it to customers whose machine is never online.
  def device_name
    in_turn do
      save
      device
    end
  end

  private

  # Runs the block alone, among processes too, with what was kept. What is returned if nobody can tell is a verdict, unless it is given.
  def in_turn(*otherwise)
    TURN.synchronize do
      lock = lock_or_none
      load_memory
      yield
    rescue CannotTell => e
      otherwise.empty? ? cannot_tell(e) : otherwise.first
    ensure
      lock&.close
    end
  end

  # A lock until it is closed; nil where the system gives none.
  def lock_or_none
    name = "#{sha256(File.expand_path(@path))}.lock"
    File.open(File.join(Dir.tmpdir, name), 'a').tap { |file| file.flock(File::LOCK_EX) }
  rescue SystemCallError, ArgumentError
    nil
  end

  # Asking and judging

  def decide(endpoint)
    # Until an answer says otherwise: a pause that grows, at random, so that copies do not come back together.
    failures = @memory.fetch('failures', 0)
    pause = [3600, 60 * 2**[failures, 9].min].min * (1 + rand / 4)
    @memory.update('failures' => failures + 1, 'paused_until' => (now + pause).to_i + 1)
    said, text = ask(endpoint)
    return judge(said) unless GOOD.include?(said['code'])

    drop('paused_until', 'busy_until', 'failures')
    # Copies that started together come back apart.
    @memory.update('answer' => text, 'latest' => now, 'due' => now + DAY - rand(4 * 3600))
    renew_file
    note = save ? '' : 'It could not be kept: make the data folder of the program writable.'
    good(granted_until, note, said['code'])
  end

  # What a genuine answer means that is not good.
  def judge(said)
    code = said['code']
    unless REFUSALS.key?(code)
      raise CannotTell.new("The licence server says: #{said['message']}.", code: code.is_a?(Integer) ? code : nil)
    end

    # Or a customer who was refused could go on by pulling the plug.
    drop('answer', 'file', 'due', 'paused_until', 'failures')
    save
    refused(code)
  end

  def cannot_tell(trouble)
    granted = granted_until
    @memory['busy_until'] = now + trouble.retry_after if trouble.retry_after
    @memory['latest'] = [now, @memory.fetch('latest', 0)].max unless set_back?
    save
    verdict('cannot tell', granted >= now, trouble.message, trouble.help,
            code: trouble.code, until: granted.positive? ? granted : nil, retry_after: trouble.retry_after)
  end

  def good(granted, note = '', code = nil)
    verdict('good', true, 'The licence is good.', note, code: code, until: granted.to_f.finite? ? granted : nil)
  end

  def refused(code)
    verdict('refused', false, *REFUSALS[code], code: code)
  end

  def nothing_entered
    verdict('refused', false, 'No licence key has been entered yet.', 'Enter the key that you have bought.')
  end

  def verdict(result, allowed, why, help, **more)
    Verdict.new(result: result, allowed: allowed, why: why, help: help, **more).freeze
  end

  # Until when the kept proofs let the program run; 0 for not at all.
  def granted_until
    return 0 if set_back?

    file = kept_file
    answer = kept_answer
    grace_end = answer ? answer['timestamp'] + @grace_days * DAY : 0
    file ? [file.ends_at, [grace_end, file.lapses_at].max].min : grace_end
  end

  def set_back?
    now < @memory.fetch('latest', 0) - CLOCK_ERROR
  end

  # Whether a kept moment lies ahead, and no further than it can.
  def soon?(name, moment, seconds_max)
    @memory.fetch(name, 0).between?(moment + 1, moment + seconds_max)
  end

  def entered?
    !@memory.fetch('key', '').empty?
  end

  # Messages

  # Asks the server. Raises unless the answer is genuine, fresh, and about this key, device and product.
  def ask(endpoint, more = {})
    moment = now
    busy((@memory['busy_until'] - moment).to_i) if soon?('busy_until', moment, 3600)
    text, nonce = post(endpoint, { 'license_key' => @memory.fetch('key', ''), 'identifier' => device, **more })
    said = open_answer(text, @trusted)
    said = open_answer(text, @trusted) if !said && follow_keys
    raise CannotTell, 'The answer was not signed by the licence server.' unless said

    if (said['timestamp'] - moment).abs > CLOCK_ERROR
      raise CannotTell.new('The clock of this device is wrong.', 'Set date and time, then try again.')
    end
    if about_license?(said['code']) && !(said['nonce'] == nonce && mine?(said))
      raise CannotTell, 'The answer is to another request.'
    end

    [said, text]
  end

  # Codes below 200 and above 9000 are about the request or the server.
  def about_license?(code)
    !code.is_a?(Integer) || code.between?(200, 8999)
  end

  # Whether an answer is about this licence key, device and product.
  def mine?(said)
    return false unless said['license_key_sha256'] == sha256(@memory.fetch('key', ''))
    # A report goes without device and product, and 210 without a product: there is no such key, or none of it.
    return true if [830, 831].include?(said['code'])

    said['identifier_sha256'] == sha256(device) && (said['code'] == 210 || said['product_uuid'] == PRODUCT)
  end

  # Posts a form, three times at most. Returns the body of the answer, and the nonce of its request.
  def post(endpoint, fields)
    give_up = monotonic + @deadline
    (1..3).each do |attempt|
      nonce = SecureRandom.hex(16)
      request = Net::HTTP::Post.new(address(endpoint))
      request['Authorization'] = "Bearer #{@api_key}"
      request.set_form_data(
        fields.merge('nonce' => nonce, 'product_id' => PRODUCT, 'signature_algorithm' => 'ES256')
      )
      answered, text, retry_after = fetch(request, give_up)
      busy([retry_after, 3600].min) if answered && retry_after.positive?
      return [text, nonce] if answered && (answered < 500 || attempt == 3)

      left = give_up - monotonic
      break unless attempt < 3 && left.positive?

      sleep([@pause * attempt * (0.5 + rand), left].min)
    end
    raise CannotTell, 'The licence server cannot be reached.'
  rescue URI::Error
    raise CannotTell, 'The licence server cannot be reached.'
  end

  def busy(seconds)
    raise CannotTell.new('The licence server is busy.', 'Try again later.', retry_after: seconds)
  end

  # The status, the body and the seconds to wait; nil without a whole answer. It does not follow redirections, which lead
  # to a stranger's page.
  def fetch(request, give_up)
    Timeout.timeout([give_up - monotonic, 0.01].max) do
      # As it is: the length that was announced is compared.
      request['Accept-Encoding'] = 'identity'
      connection(request.uri).start do |http|
        http.request(request) do |answer|
          body = String.new(encoding: Encoding::UTF_8)
          answer.read_body do |piece|
            body << piece.force_encoding(Encoding::UTF_8)
            return nil if body.bytesize > ANSWER_BYTES_MAX
          end
          announced = answer['Content-Length']
          return nil if announced && announced != body.bytesize.to_s

          wait = answer['Retry-After'].to_s
          return [answer.code.to_i, body.scrub, wait.match?(/\A\d+\z/) ? wait.to_i : 0]
        end
      end
    end
  rescue StandardError # Of a dozen libraries below, one for each way to fail.
    nil
  end

  def connection(uri)
    proxy = uri.find_proxy
    through = proxy ? [proxy.hostname, proxy.port, proxy.user, proxy.password] : [nil]
    http = Net::HTTP.new(uri.hostname, uri.port, *through)
    http.use_ssl = uri.scheme == 'https'
    http.max_retries = 0
    http
  end

  def address(path)
    URI.parse("#{@server}/api/v1/#{path}")
  end

  # What the kept answer says, if it is still worth something.
  def kept_answer
    said = open_answer(@memory.fetch('answer', ''), @trusted)
    said if said && GOOD.include?(said['code']) && mine?(said) && said['timestamp'] <= now + CLOCK_ERROR
  rescue CannotTell
    nil
  end

  # Offline files

  # Fetches a file as good as the kept one: it has the licence's features and its end.
  def renew_file
    kept = kept_file
    days_left = kept ? (kept.lapses_at - now).to_i / DAY : 0
    fetch_file([0, @grace_days - 1, days_left - 1].max)
  rescue CannotTell
    nil # The old one stays.
  end

  def fetch_file(grace_days)
    key = URI.encode_www_form_component(@memory.fetch('key', '')).gsub('+', '%20')
    text, = post("licenses/#{key}/offline-file",
                 { 'identifier' => device, 'hardware_id' => device, 'grace_period_days' => grace_days.to_s })
    raise CannotTell, 'This file has lapsed.' if open_file(text).lapses_at < now

    @memory['file'] = text
  end

  def kept_file
    open_file(@memory.fetch('file', ''))
  rescue CannotTell
    nil
  end

  # Reads an offline file. Raises unless it is genuine and for this device, licence and product.
  def open_file(text)
    # The signature is over the file as it stands, without itself.
    before, _, rest = text.rpartition(',"signature":"')
    signature, _, after = rest.partition('"')
    file = parse(text)
    whole = !before.empty? && file['signature'] == signature
    unless whole && signed?(before + after, signature, @trusted)
      raise CannotTell.new('This file was not signed by the licence server.', 'Ask for a new one.')
    end

    license, found = terms(file)
    named = [license['hardware_id'], license['domain']].include?(device)
    unless named && (!entered? || plain(@memory['key']) == plain(found.key))
      raise CannotTell.new('This file is for another device or licence.', 'Ask for one for this device.')
    end

    # A file that names no product needs a good answer beside it, which does.
    product = file['product_uuid']
    unless product ? product == PRODUCT : kept_answer
      raise CannotTell.new("This file is not for #{PRODUCT_NAME}.", 'Ask for a new one.')
    end
    if seconds(file['issued_at']) > now + CLOCK_ERROR
      raise CannotTell.new('The clock of this device is wrong.', 'Set date and time, then try again.')
    end

    found
  end

  # The licence in a file that was signed, and what it grants.
  def terms(file)
    license = file.fetch('license')
    ends_at = license['ends_at'] ? seconds(license['ends_at']) : Float::INFINITY
    lapses_at = [seconds(license.fetch('expires_at')) + file.fetch('grace_period_days') * DAY, ends_at].min
    seconds(file['issued_at'])
    [license, KeptFile.new(String(license.fetch('key')), license['features'], ends_at, lapses_at)]
  rescue KeyError, TypeError, ArgumentError, NoMethodError
    raise CannotTell.new('This is no offline file.', 'Ask for a new one.')
  end

  # Keys and signatures

  # What was signed; nil unless one of these keys has signed it.
  def open_answer(text, keys)
    envelope = parse(text)
    signed, signature = envelope.values_at('response_base64', 'signature')
    unless signed.is_a?(String) && signature.is_a?(String)
      raise CannotTell, 'Something else than the licence server has answered.'
    end
    return unless signed?(signed, signature, keys)

    # Only what was signed counts: anybody on the way can change the "response" beside it.
    said = parse(bytes(signed))
    said if said['timestamp'].is_a?(Integer) && said.key?('code')
  end

  # Follows certificates to the keys that the server lists. Whether anything was learnt.
  def follow_keys
    query = URI.encode_www_form('product_id' => PRODUCT, 'signature_algorithm' => 'ES256')
    _, text, = fetch(Net::HTTP::Get.new(address("keys?#{query}")), monotonic + @deadline)
    listed = listed_keys(parse(bytes(parse(text)['response_base64']))['keys'])
    reached = reach(listed)
    said = open_answer(text, reached)
    # Everybody gets the same list, so only its time shows that it is not an old one.
    return false unless said && (said['timestamp'] - now).abs <= CLOCK_ERROR

    @memory['keys'] = listed
    @trusted = reached
    true
  rescue CannotTell
    false
  end

  # The keys of a list that are described as keys are.
  def listed_keys(keys)
    rows = keys.is_a?(Array) ? keys.grep(Hash) : []
    rows.map { |row| %w[key_id public_key state certified_by certificate].to_h { |name| [name, row[name].to_s] } }
  end

  # The keys that may sign: the printed ones, and those that certificates lead to; without retired ones.
  def reach(listed)
    reached = PUBLIC_KEYS.map { |key| bytes(key) }
    keys = listed.map { |row| [row, bytes(row['public_key'].gsub(/-----[^-]+-----|\s/, ''))] }
    loop do
      found = keys.find { |row, key| !reached.include?(key) && certified?(row, key, keys, reached) }
      break unless found

      reached << found.last
    end
    reached - keys.select { |row, _| row['state'] == 'retired' }.map(&:last)
  end

  def certified?(row, key, keys, reached)
    first = key.bytesize == P256_BYTES ? 'latchkey companion certificate' : 'latchkey key certificate'
    keys.any? do |certifier, signer|
      next unless certifier['key_id'] == row['certified_by'] && reached.include?(signer)

      text = [first, certifier['key_id'], row['key_id'], sha256(key)].join("\n")
      signed?(text, row['certificate'], [signer])
    end
  end

  # Whether one of these keys, RSA or P-256, has signed the text.
  def signed?(text, signature, keys)
    given = bytes(signature)
    keys.any? do |key|
      if key.bytesize != P256_BYTES
        OpenSSL::PKey::RSA.new(key).verify('SHA256', given, text)
      elsif given.bytesize == 64
        # The signature is r and s, 32 bytes each; OpenSSL wants them as DER.
        numbers = given.unpack('a32a32').map { |number| OpenSSL::ASN1::Integer(OpenSSL::BN.new(number, 2)) }
        OpenSSL::PKey::EC.new(key).verify('SHA256', OpenSSL::ASN1::Sequence(numbers).to_der, text)
      end
    rescue OpenSSL::OpenSSLError
      false # No key, or no signature: the next one.
    end
  end

  # Memory

  def load_memory
    @memory = remembered(parse(read_file(@path)))
    id = @machine || machine_id
    machine = sha256("#{PRODUCT}\n#{id}") if id
    # Copied from another machine: its seat stays there.
    @memory = @memory.slice('key') if machine && @memory.fetch('machine', machine) != machine
    @memory['machine'] = machine if machine
    @memory['device'] = machine if machine && @bound
    @memory['device'] ||= SecureRandom.hex(16)
    @trusted = reach(@memory.fetch('keys', []))
  end

  # What was kept, without what is not of its kind: somebody may have edited the file.
  def remembered(kept)
    texts = kept.slice('device', 'machine', 'key', 'answer', 'file').select { |_, value| value.is_a?(String) }
    numbers = kept.slice('latest', 'due', 'paused_until', 'busy_until', 'failures')
                  .select { |_, value| value.is_a?(Numeric) && value.finite? }
    { **texts, **numbers, 'keys' => listed_keys(kept['keys']) }
  end

  # Replaces the file in one step, so that a crash leaves the old one. Whether it was kept.
  def save
    # Of this process alone: another one may write as well.
    fresh = "#{@path}.#{Process.pid}.new"
    FileUtils.mkdir_p(File.dirname(@path))
    File.open(fresh, File::WRONLY | File::CREAT | File::TRUNC, 0o600) do |file|
      file.write(JSON.generate(@memory))
      file.fsync
    end
    File.rename(fresh, @path)
    true
  rescue SystemCallError, IOError, JSON::GeneratorError
    false
  end

  # Forgets the licence; who this device is stays.
  def forget(key = nil)
    @memory = @memory.slice('device', 'machine', 'keys', 'latest')
    @memory['key'] = key if key
  end

  def drop(*names)
    names.each { |name| @memory.delete(name) }
  end

  def now
    @clock.call.to_i
  end

  def monotonic
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def device
    (@named_device || @memory['device']).encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
  end

  # Texts

  # A key as it was meant: without spaces around it or marks that nobody sees, and with plain hyphens.
  def tidy(key)
    key.to_s.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
       .gsub(/[\u00ad\u200b-\u200f\u2060\ufeff]/, '')
       .gsub(/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, '-')
       .gsub(/[[:space:]]+/, ' ').strip
  end

  # A key without what the server overlooks.
  def plain(key)
    key.scrub.upcase.gsub(/[^[:alnum:]]/, '')
  end

  def seconds(iso)
    Time.iso8601("#{String(iso)[0, 19]}Z").to_i
  end

  # An object of JSON; an empty one if it is none.
  def parse(text)
    value = JSON.parse(text.to_s.dup.force_encoding(Encoding::UTF_8).scrub)
    value.is_a?(Hash) ? value : {}
  rescue JSON::JSONError
    {}
  end

  # The bytes behind base64; none if it is none.
  def bytes(text)
    text.is_a?(String) ? text.unpack1('m0') : ''
  rescue ArgumentError
    ''
  end

  def sha256(text)
    OpenSSL::Digest::SHA256.hexdigest(text)
  end

  # The platform

  # The user's folder for the data of programs.
  def usual_folder
    base = case RbConfig::CONFIG['host_os']
           when /mswin|mingw/ then ENV['APPDATA'] || Dir.home
           when /darwin/ then File.join(Dir.home, 'Library', 'Application Support')
           else ENV['XDG_DATA_HOME'] || File.join(Dir.home, '.local', 'share')
           end
    File.join(base, 'licenses')
  rescue ArgumentError # This user has no home.
    File.join(Dir.pwd, 'licenses')
  end

  # The id that the operating system has given this machine; nil where there is none.
  def machine_id
    case RbConfig::CONFIG['host_os']
    when /mswin|mingw/
      require 'win32/registry'
      Win32::Registry::HKEY_LOCAL_MACHINE.open('SOFTWARE\Microsoft\Cryptography') { |key| key['MachineGuid'] }
    when /darwin/
      IO.popen(%w[ioreg -rd1 -c IOPlatformExpertDevice], &:read)[/IOPlatformUUID" = "([^"]+)/, 1]
    else
      id = read_file('/etc/machine-id').strip
      id unless id.empty?
    end
  rescue StandardError # Of the registry as well, which has a tree of its own.
    nil
  end

  # The text of a file; empty if it cannot be read.
  def read_file(path)
    File.read(path, encoding: Encoding::UTF_8).scrub
  rescue SystemCallError, IOError
    ''
  end
end
