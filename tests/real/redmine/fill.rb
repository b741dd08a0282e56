# Fills a fresh Redmine through its own models; run by `rails runner`. Reads the people from REAL_PEOPLE (JSON).
# Everything that is chosen is chosen by one seeded generator, so two fillings differ only in clock and salts.
require 'json'

people = JSON.parse(File.read(ENV.fetch('REAL_PEOPLE')))
password = ENV.fetch('REAL_PASSWORD')
repository_url = ENV.fetch('REAL_REPOSITORY')
ActiveRecord::Base.connection.execute('PRAGMA synchronous = OFF') # for speed: a crash means filling again
ActiveJob::Base.queue_adapter = :test # notifications are written, never sent: there is no mail server here
dice = Random.new(2026)
pick = ->(list, count = nil) { count ? list.shuffle(random: dice).first(count) : list[dice.rand(list.size)] }

{ 'autologin' => '7', 'rest_api_enabled' => '1', 'text_formatting' => 'common_mark', 'wiki_compression' => 'gzip',
  'issue_group_assignment' => '1', 'default_language' => 'en', 'host_name' => 'werk.lijnwerk.example',
  'mail_from' => 'werk@lijnwerk.example', 'default_users_time_zone' => 'Amsterdam', 'twofa' => '1',
  'commit_ref_keywords' => 'refs,references', 'self_registration' => '1', 'cross_project_issue_relations' => '1',
  'cross_project_subtasks' => 'system', 'emails_footer' => "Questions? Ask #{people[0]['name']}, #{people[0]['mail']}",
  'enabled_scm' => %w[Git Filesystem] }.each { |name, value| Setting[name] = value }

# --- custom fields: personal values, and people referred to by value -------------------------------------------
phone = UserCustomField.create!(name: 'Phone', field_format: 'string', editable: true, visible: true)
born = UserCustomField.create!(name: 'Date of birth', field_format: 'date', visible: false)
reviewer = IssueCustomField.create!(name: 'Reviewer', field_format: 'user', is_for_all: true, is_filter: true,
                                    trackers: Tracker.all)
panel = IssueCustomField.create!(name: 'Panel', field_format: 'user', multiple: true, is_for_all: true,
                                 trackers: Tracker.all)
customer = IssueCustomField.create!(name: 'Customer contact', field_format: 'string', is_for_all: true,
                                    searchable: true, trackers: Tracker.all)
sponsor = ProjectCustomField.create!(name: 'Sponsor', field_format: 'user')
mailing = GroupCustomField.create!(name: 'Mailing list', field_format: 'string')
hours_for = TimeEntryCustomField.create!(name: 'Done with', field_format: 'user')

# --- people ----------------------------------------------------------------------------------------------------
admin = User.find_by_login('admin')
admin.update!(password: password, password_confirmation: password, must_change_passwd: false, language: 'en')
User.current = admin
users = people.map do |p|
  user = User.new(firstname: p['given'], lastname: p['family'], mail: p['mail'], language: p['number'].odd? ? 'nl' : 'en',
                  mail_notification: pick.call(%w[all only_my_events only_assigned none]))
  user.login = p['login']
  user.password = user.password_confirmation = password
  user.status = { 'locked' => User::STATUS_LOCKED, 'registered' => User::STATUS_REGISTERED }.fetch(p['role'], User::STATUS_ACTIVE)
  user.admin = p['role'] == 'admin'
  user.custom_field_values = { phone.id.to_s => p['phone'],
                               born.id.to_s => format('19%02d-%02d-%02d', 50 + p['number'] % 50, 1 + p['number'] % 12, 1 + p['number'] % 28) }
  user.save!
  EmailAddress.create!(user: user, address: p['second_mail'], is_default: false, notify: p['number'].even?) if p['second_mail']
  Token.create!(user: user, action: 'register') if p['role'] == 'registered'
  user
end
active = users.select(&:active?)
active.select { |u| (u.id % 9).zero? }.each do |user|
  twofa = Redmine::Twofa.for_twofa_scheme('totp').new(user)
  twofa.init_pairing!
  twofa.confirm_pairing!(ROTP::TOTP.new(user.twofa_totp_key).now)
  twofa.init_backup_codes!
end
active.select { |u| (u.id % 3).zero? }.each { |u| u.api_key; u.atom_key }

groups = ['Field crew', 'Office', 'Editors', 'On call'].map do |name|
  group = Group.new(lastname: name)
  group.custom_field_values = { mailing.id.to_s => "#{name.downcase.tr(' ', '-')}@lijnwerk.example" }
  group.save!
  group.users << pick.call(active, 12)
  group
end

# --- projects and members --------------------------------------------------------------------------------------
roles = Role.givable.order(:position).to_a
projects = []
['Tram line 7', 'Tram line 7 signals', 'Tram line 7 stops', 'Depot', 'Depot roof', 'Timetable', 'Website', 'Archive'].each_with_index do |name, i|
  project = Project.new(name: name, identifier: name.downcase.tr(' ', '-'), is_public: i != 3,
                        description: "Led by #{active[i].name}, reach me at #{active[i].mail}.")
  project.trackers = Tracker.all
  project.enabled_module_names = %w[issue_tracking time_tracking news documents files wiki repository boards calendar gantt]
  project.save!
  project.set_parent!(projects[0]) if [1, 2].include?(i)
  project.set_parent!(projects[3]) if i == 4
  pick.call(active, 22).each { |user| Member.create!(project: project, principal: user, roles: [pick.call(roles)]) }
  Member.create!(project: project, principal: groups[i % 4], roles: [roles[1]])
  project.reload
  project.default_assigned_to = project.users.first
  project.custom_field_values = { sponsor.id.to_s => project.users.last.id.to_s }
  project.save!
  projects << project
end
projects = Project.find(projects.map(&:id)) # the tree moved under the objects above
projects[1].update!(inherit_members: true)
projects.each(&:reload)

texts = lambda do |author, other, third|
  pick.call([
    "@#{other.login} please look at this, #{third.name} saw it on site yesterday.",
    "Spoke with #{other.name} (user##{third.id}) on #{other.custom_value_for(phone)&.value}; sent to #{third.mail}.",
    "Agreed with user:#{other.login}. I will do it myself. Regards, #{author.firstname}",
    "Measured again. All within limits, roos along the fence is in bloom.",
    "> #{other.firstname} wrote: the key is with #{third.name}\n\nThanks @#{other.login} and @#{third.login}!",
  ])
end

def attach(container, author, name, words)
  file = Attachment.new(file: words, author: author, filename: name, content_type: 'text/plain')
  file.description = "From #{author.name}"
  file.container = container
  file.save!
  file
end

# --- issues ----------------------------------------------------------------------------------------------------
statuses, priorities = IssueStatus.all.to_a, IssuePriority.all.to_a
versions = projects.map { |p| Version.create!(project: p, name: '2026 Q4', description: "Coordinated by #{p.users.first.name}") }
categories = projects.map { |p| IssueCategory.create!(project: p, name: 'General', assigned_to: p.users.to_a[1]) }
issues = []
160.times do |i|
  project = projects[i % projects.size]
  members = project.users.to_a
  author, assignee, other = pick.call(members, 3)
  User.current = author
  issue = Issue.new(project: project, tracker: project.trackers.to_a[i % 3], author: author,
                    subject: i % 10 == 0 ? "Call back #{other.name}" : "Item #{i + 1} on #{project.name}",
                    description: texts.call(author, assignee, other), priority: pick.call(priorities), status: statuses[0],
                    is_private: i % 13 == 0)
  issue.assigned_to = i % 11 == 0 ? groups[(i % projects.size) % 4] : assignee
  issue.category, issue.fixed_version = categories[i % 8], (i.even? ? versions[i % 8] : nil)
  issue.start_date, issue.due_date = Date.new(2026, 11, 1) + i % 20, Date.new(2026, 12, 1) + i % 20
  issue.custom_field_values = { reviewer.id.to_s => other.id.to_s, panel.id.to_s => pick.call(members, 3).map { |m| m.id.to_s },
                                customer.id.to_s => i % 4 == 0 ? "#{other.name} <#{other.mail}>" : '' }
  issue.parent_issue_id = issues[i - 8].id if i > 40 && i % 16 == 3
  issue.watcher_user_ids = pick.call(members, 3).map(&:id)
  issue.save!
  attach(issue, author, i % 30 == 0 ? "statement-#{other.login}.txt" : "photo-#{i}.txt", "Written by #{author.name}, #{author.mail}\n") if i % 5 == 0
  issues << issue
end
issues.each_slice(4) { |a, b, *| IssueRelation.create!(issue_from: a, issue_to: b, relation_type: 'relates') }
issues.each_with_index do |issue, i|
  members = issue.project.users.to_a
  (1 + i % 3).times do |turn|
    author, other, third = pick.call(members, 3)
    User.current = author
    issue.reload
    issue.init_journal(author, texts.call(author, other, third))
    issue.current_journal.private_notes = turn == 2
    issue.assigned_to = other if turn.zero?
    issue.custom_field_values = { reviewer.id.to_s => third.id.to_s } if turn == 1
    issue.description = "#{issue.description}\nAdded by #{author.name}." if i % 9 == 0 && turn.zero?
    issue.status = statuses[(i + turn) % statuses.size]
    issue.save!
  end
  next unless i % 25 == 0
  gone = attach(issue, members[0], "mistake-of-#{members[0].login}.txt", 'x')
  issue.reload.init_journal(members[0]).journalize_attachment(gone, :added)
  issue.save!
  issue.init_journal(members[1])
  gone.destroy
end

# --- hours, news, documents, forum, wiki -------------------------------------------------------------------------
activities = TimeEntryActivity.shared.active.to_a
120.times do |i|
  issue = issues[i]
  who, with = pick.call(issue.project.users.to_a, 2)
  User.current = who
  entry = TimeEntry.new(project: issue.project, issue: issue, hours: 1 + i % 6, activity: pick.call(activities), spent_on: Date.new(2026, 11, 1) + i % 20,
                        comments: i % 7 == 0 ? "With #{with.name} at home, ill" : 'Work')
  entry.user, entry.author = who, (i % 5 == 0 ? with : who)
  entry.custom_field_values = { hours_for.id.to_s => with.id.to_s }
  entry.save!
end
projects.each_with_index do |project, i|
  members = project.users.to_a
  a, b, c, d = pick.call(members, 4)
  User.current = a
  news = News.create!(project: project, author: a, title: "Welcome #{b.name}"[0, 60], summary: "#{b.firstname} joins #{project.name}",
                      description: texts.call(a, b, c))
  [b, c, d].each { |author| news.comments << Comment.new(author: author, content: texts.call(author, a, b)) }
  news.add_watcher(d)
  document = Document.create!(project: project, category: DocumentCategory.first, title: "Agreement with #{c.name}", description: texts.call(a, c, d))
  attach(document, b, "agreement-#{i}.txt", "Signed: #{c.name}\n")
  board = Board.create!(project: project, name: 'Talk', description: 'Anything')
  board.add_watcher(c)
  topic = Message.create!(board: board, author: a, subject: "Who has the key, #{b.firstname}?", content: texts.call(a, b, c))
  topic.add_watcher(d)
  pick.call(members, 4).each do |author|
    Message.create!(board: board, parent: topic, author: author, subject: "RE: #{topic.subject}", content: texts.call(author, a, d))
  end
  wiki = project.wiki
  parent = nil
  ['Wiki', "Rota_of_#{c.login}", 'Contacts'].each_with_index do |title, n|
    page = WikiPage.new(wiki: wiki, title: title)
    page.parent = parent if parent
    content = WikiContent.new(page: page, text: "h1 #{title}\n\n#{texts.call(a, b, c)}", author: a, comments: "first, for #{b.firstname}")
    page.save_with_content(content)
    [b, d].each do |author|
      User.current = author
      content = page.reload.content
      content.text = "#{content.text}\n\n* #{author.name}, #{author.mail}, #{author.custom_value_for(phone)&.value}"
      content.author, content.comments = author, "my line, #{author.firstname}"
      page.save_with_content(content)
    end
    page.add_watcher(c)
    attach(page, d, "map-#{i}-#{n}.txt", "drawn by #{d.name}\n") if n == 1
    parent ||= page
  end
  wiki.add_watcher(a) if wiki.respond_to?(:add_watcher)
  User.current = a
  page = wiki.find_page("Rota_of_#{c.login}")
  page.title = "Rota_of_#{d.login}"
  page.redirect_existing_links = '1'
  page.save!
  version = versions[i]
  attach(version, a, "release-#{i}.txt", 'release')
  attach(project, b, "handover-#{b.login}.txt", "from #{b.name}\n")
end

# --- preferences and saved queries: people in YAML ---------------------------------------------------------------
active.each_with_index do |user, i|
  User.current = user
  if i % 3 == 0
    other = pick.call(active)
    filters = { 'status_id' => { operator: 'o', values: [''] }, 'assigned_to_id' => { operator: '=', values: [other.id.to_s, 'me'] },
                'author_id' => { operator: '=', values: [pick.call(active).id.to_s] }, "cf_#{reviewer.id}" => { operator: '=', values: [other.id.to_s] },
                'watcher_id' => { operator: '=', values: [user.id.to_s] } }
    query = IssueQuery.new(name: i % 2 == 0 ? "Waiting for #{other.name}" : 'Mine', user: user, filters: filters,
                           column_names: [:subject, :author, :assigned_to], sort_criteria: [['updated_on', 'desc']])
    query.visibility = [Query::VISIBILITY_PRIVATE, Query::VISIBILITY_PUBLIC, Query::VISIBILITY_ROLES][(i / 3) % 3]
    query.roles = [roles[0]] if query.visibility == Query::VISIBILITY_ROLES
    query.project = user.projects.first if i % 2 == 0
    query.save!
    user.pref.my_page_layout = { 'top' => ['issuequery'], 'left' => ['issuesassignedtome'], 'right' => ['issuesreportedbyme'] }
    user.pref.update_block_settings('issuequery', query_id: query.id.to_s)
    user.pref.default_issue_query = query.id.to_s
  end
  user.pref.time_zone = i.even? ? 'Amsterdam' : 'Lisbon'
  user.pref[:bookmarked_project_ids] = user.projects.first(2).map(&:id).join(',')
  user.pref[:recently_used_project_ids] = user.projects.first(3).map(&:id).join(',')
  user.pref.save!
end

# --- imports -----------------------------------------------------------------------------------------------------
class CsvUpload < StringIO
  def original_filename
    'people.csv'
  end
end
FileUtils.mkdir_p(File.join(Redmine.root, 'tmp', 'imports'))
importer = users[0]
User.current = importer
rows = (1..4).map { |n| "guest#{n},Gast#{n},van Elders,gast#{n}@elders.example" }
import = UserImport.new(user: importer)
import.file = CsvUpload.new("login,firstname,lastname,mail\n#{rows.join("\n")}\n#{active[5].login},Twice,Known,twice@elders.example\n")
import.set_default_settings
import.save!
import.settings.merge!('mapping' => { 'login' => '0', 'firstname' => '1', 'lastname' => '2', 'mail' => '3', 'mail_notification' => 'none' },
                       'separator' => ',', 'encoding' => 'UTF-8')
import.save!
import.parse_file
import.run
User.current = admin
half = IssueImport.new(user: importer)
half.file = CsvUpload.new("subject,description\nFrom the list,Reported by #{active[8].name}\n")
half.set_default_settings(project_id: projects[0].id)
half.save!

# --- commits: people by the name and address in somebody else's program -------------------------------------------
repository = Repository::Git.new(project: projects[0], identifier: 'main', url: repository_url, path_encoding: 'UTF-8')
repository.is_default = true
repository.login = people[1]['login']
repository.password = 'svn-secret'
repository.save!
repository.fetch_changesets

puts JSON.generate('users' => User.where(login: people.map { |p| p['login'] }).pluck(:login, :id).to_h,
                   'issues' => issues.first(3).map(&:id), 'wiki' => projects[0].identifier, 'topics' => Message.where(parent_id: nil).pluck(:board_id, :id).first)
