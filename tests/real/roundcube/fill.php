<?php
// Enters address books, identities, answers, searches and settings through Roundcube's own classes.
// Run with the PHP command line and ROUNDCUBE_CONFIG_DIR set; reads the people from REAL_PEOPLE (JSON).
// Everybody has signed in through the form before, so users and first identities exist already.

define('INSTALL_PATH', getenv('REAL_PROGRAM') . '/');
require_once INSTALL_PATH . 'program/include/clisetup.php';

mt_srand(2026);
$people = json_decode(file_get_contents(getenv('REAL_PEOPLE')), true);
$rcmail = rcmail::get_instance();

function some(array $people, int $count, int $but): array
{
    $found = [];
    while (count($found) < $count) {
        $one = $people[mt_rand(0, count($people) - 1)];
        if ($one['number'] !== $but) {
            $found[$one['number']] = $one;
        }
    }
    return array_values($found);
}

function card(array $who, string $note): array
{
    $n = $who['number'];
    return [
        'name' => $who['name'], 'firstname' => $who['given'], 'surname' => $who['family'],
        'email:home' => $n % 4 ? [$who['mail']] : [$who['mail'], $who['login'] . '@thuis.example'],
        'phone:mobile' => [$who['phone']],
        'birthday' => [sprintf('19%02d-%02d-%02d', 50 + $n % 50, 1 + $n % 12, 1 + $n % 28)],
        'address:home' => [['street' => "Lijnbaan $n", 'locality' => 'Utrecht', 'zipcode' => sprintf('35%02d AB', $n), 'country' => 'NL']],
        'notes' => [$note],
    ];
}

foreach ($people as $me) {
    $user = rcube_user::query($me['mail'], '127.0.0.1');
    if (!$user) {
        continue; // signs in for the first time later, or never
    }
    $rcmail->set_user($user);
    $n = $me['number'];

    // The address book, contacts of strangers included, in the person's own groups.
    // (made directly: the program's own getter keeps the first person's book for the whole process)
    $book = new rcube_contacts($rcmail->get_dbh(), $user->ID);
    $ids = [];
    foreach (some($people, 8, $n) as $i => $other) {
        $ids[] = $book->insert(card($other, "Met via {$me['name']}; likes roos"));
    }
    $ids[] = $book->insert(['name' => "Huisarts $n", 'surname' => "Huisarts $n", 'email:work' => ["praktijk$n@dokter.example"], 'notes' => ['allergy: peanuts']]);
    $boss = $people[($n * 3) % count($people)];
    $ids[] = $book->insert(card($boss, 'boss') + ['manager' => [$people[($n * 5) % count($people)]['name']], 'spouse' => [$people[($n * 7) % count($people)]['name']]]);
    foreach (['Team', "Around {$people[$n % count($people)]['given']}"] as $g => $name) {
        $group = $book->create_group($name);
        $book->add_to_group($group['id'], array_slice($ids, $g * 3, 5));
    }
    $book->update($ids[1], card(some($people, 1, $n)[0], 'moved'));
    $book->delete([$ids[2]], false); // marked as deleted, still in the table

    foreach ([rcube_addressbook::TYPE_RECIPIENT => 4, rcube_addressbook::TYPE_TRUSTED_SENDER => 2] as $type => $count) {
        $list = new rcube_addresses($rcmail->get_dbh(), $user->ID, $type);
        foreach (some($people, $count, $n) as $other) {
            $list->insert(['name' => $other['name'], 'email' => $other['mail']]);
        }
    }

    foreach ($user->list_identities() as $identity) {
        $user->update_identity($identity['identity_id'], ['name' => $me['name'], 'organization' => 'Lijnwerk',
            'signature' => "{$me['name']}\n{$me['phone']}\nAssistant: {$boss['name']} <{$boss['mail']}>"]);
    }
    if ($n % 3 === 0) { // a shared mailbox that several people send from, with a colleague in blind copy
        $user->insert_identity(['name' => "{$me['given']} (Desk)", 'email' => 'desk@lijnwerk.example', 'standard' => 0,
            'reply-to' => 'desk@lijnwerk.example', 'bcc' => $boss['mail'], 'organization' => 'Lijnwerk',
            'html_signature' => 1, 'signature' => "<p>Desk, ask for <b>{$me['name']}</b></p>"]);
    }
    $user->insert_response(['name' => "For {$boss['given']}", 'data' => "Dear {$boss['name']},\n\nThank you.\n{$me['name']}", 'is_html' => 0]);
    $user->insert_search(['type' => rcube_user::SEARCH_MAIL, 'name' => "From {$boss['family']}",
        'data' => ['fields' => ['from' => 1], 'search' => $boss['mail'], 'scope' => 'base']]);
    if ($n % 4 === 0) {
        $user->insert_search(['type' => rcube_user::SEARCH_ADDRESSBOOK, 'name' => "Phone of {$boss['given']}",
            'data' => ['search' => ['name' => $boss['name'], 'phone' => $boss['phone']], 'source' => '0']]);
    }
    $user->save_prefs(['timezone' => 'Europe/Amsterdam', 'default_font' => 'Verdana', 'addressbook_name_listing' => 1,
        'mdn_requests' => $n % 2, 'attachment_reminder' => true, 'collected_senders' => '2',
        'contact_search_name' => "{name} <{email}>", 'reply_same_folder' => true], true);

    $rcmail->config->set('spellcheck_dictionary', $n % 10 === 0 ? 'shared' : true);
    if ($n % 5 === 0) {
        $speller = new rcube_spellchecker('nl');
        $speller->add_word($me['family'] . ' ' . $boss['family']);
    }
}
echo "filled\n";
