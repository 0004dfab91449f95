import type { ObjectType } from '../types.ts';

type Names = Readonly<Record<string, string>>;

const STAMPS: Names = { created: 'date_created', updated: 'date_updated' };
const LINKS: Names = { lead: 'lead_id', contact: 'contact_id', opportunity: 'opportunity_id' };
const OF_ACTIVITY: Names = { ...STAMPS, ...LINKS, user: 'user_id' };

/**
 * What queries written for the search box of old call the fields, by object type. Each is a field's name, or a path to
 * the field of related objects: some lead has a contact of this e-mail address.
 */
const LEGACY_NAMES: Readonly<Record<string, Names>> = {
  lead: {
    ...STAMPS,
    company: 'name',
    status: 'status_id',
    lead_status: 'status_id',
    campaign: 'campaign_id',
    activities: 'num_activities',
    contacts: 'num_contacts',
    addresses: 'num_addresses',
    email_addresses: 'num_email_addresses',
    phone_numbers: 'num_phone_numbers',
    urls: 'all_urls_count',
    calls: 'num_calls',
    emails: 'num_emails',
    sms_messages: 'num_sms',
    notes: 'num_notes',
    meetings: 'num_meetings',
    tasks: 'num_tasks',
    opportunities: 'num_opportunities',
    last_activity: 'last_activity_date',
    last_communication: 'last_communication_date',
    last_call: 'last_call_created',
    last_email: 'last_email_date',
    last_sms: 'last_sms_date',
    last_note: 'last_note_created',
    email: 'contact_email.email',
    email_address: 'contact_email.email',
    phone: 'contact_phone.phone',
    contact: 'contact.name',
    contact_name: 'contact.name',
    title: 'contact.title',
    address: 'address.location',
    city: 'address.city',
    state: 'address.state',
    zipcode: 'address.zipcode',
    country: 'address.country',
    note: 'activity.note.note',
    opportunity_status: 'opportunity.status_label',
    opportunity_value: 'opportunity.value',
  },
  contact: {
    ...STAMPS,
    lead: 'lead_id',
    company: 'lead.name',
    lead_name: 'lead.name',
    lead_status: 'lead.status_label',
    email: 'contact_email.email',
    email_address: 'contact_email.email',
    phone: 'contact_phone.phone',
    phone_number: 'contact_phone.phone',
    url: 'contact_url.url',
    emails: 'emails_count',
    email_addresses: 'emails_count',
    phones: 'phones_count',
    phone_numbers: 'phones_count',
    urls: 'urls_count',
  },
  opportunity: {
    ...STAMPS,
    lead: 'lead_id',
    company: 'lead.name',
    contact: 'contact_id',
    user: 'user_id',
    status: 'status_id',
    pipeline: 'pipeline_name',
    period: 'value_period',
  },
  task: {
    ...STAMPS,
    ...LINKS,
    user: 'assigned_to',
    due: 'due_date',
    complete: 'is_complete',
    completed: 'is_complete',
  },
  'activity.note': OF_ACTIVITY,
  'activity.call': OF_ACTIVITY,
  'activity.email': { ...OF_ACTIVITY, body: 'body_text' },
  'activity.sms': { ...OF_ACTIVITY, body: 'text' },
  'activity.meeting': OF_ACTIVITY,
  'activity.custom_activity': { ...OF_ACTIVITY, type: 'custom_activity_type_id' },
  'activity.form_submission': OF_ACTIVITY,
  custom_object: { ...STAMPS, lead: 'lead_id', type: 'custom_object_type_id' },
  document: { ...STAMPS, ...LINKS },
};

/** Object types by name, each with the names that legacy queries have for its fields. */
export function withLegacyNames(
  types: Readonly<Record<string, ObjectType>>,
): Readonly<Record<string, ObjectType>> {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const legacyNames = LEGACY_NAMES[name];
      return [name, legacyNames ? { ...type, legacyNames } : type];
    }),
  );
}
