-- 1. every lead
-- matches everything
-- ["00000000-0000-7000-8000-00000000000a"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid

-- 2. leads whose name has both words
-- ["00000000-0000-7000-8000-00000000000a","Test Import"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and winnow_tsvector("t0"."name") @@ winnow_all_words($2)

-- 3. leads in one of two statuses
-- ["00000000-0000-7000-8000-00000000000a",["00000000-0000-7000-8000-000000000001","00000000-0000-7000-8000-000000000002"]]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and "t0"."status_id" = any($2::uuid[])

-- 4. leads not in a status, nor those without one left out
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-000000000003"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."status_id" = $2::uuid) is not true

-- 5. leads created before a day of local time
-- ["00000000-0000-7000-8000-00000000000a","2023-01-01T00:00:00.000000Z"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and "t0"."date_created" < $2::timestamptz

-- 6. leads created in a window of UTC
-- ["00000000-0000-7000-8000-00000000000a","2026-01-01T00:00:00.000000Z","2026-02-01T00:00:00.000000Z"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."date_created" >= $2::timestamptz
  and "t0"."date_created" < $3::timestamptz)

-- 7. leads created in the last two hours
-- ["00000000-0000-7000-8000-00000000000a","2026-03-31T12:30:00.000000Z","2026-03-31T14:30:00.000000Z"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."date_created" >= $2::timestamptz
  and "t0"."date_created" < $3::timestamptz)

-- 8. leads created yesterday
-- ["00000000-0000-7000-8000-00000000000a","2026-03-30T00:00:00.000000Z","2026-03-31T00:00:00.000000Z"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."date_created" >= $2::timestamptz
  and "t0"."date_created" < $3::timestamptz)

-- 9. cold leads: no communication for a year, or never any
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","2025-03-31T00:00:00.000000Z","2026-03-31T14:30:00.000000Z","00000000-0000-7000-8000-00000000000a","2026-03-31T14:30:00.000000Z"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and not ((exists (select
  from "public"."activity" as "v"
  where "v"."organization_id" = $2::uuid
  and "v"."lead_id" = "t0"."id"
  and (("v"."type" = 'call'
  or "v"."type" in ('email', 'sms')
  and coalesce("v"."status", 'sent') in ('sent', 'inbox')
 
  or "v"."type" = 'meeting'
  and "v"."status" = 'completed'))
  and ("v"."activity_at" >= $3::timestamptz
  and "v"."activity_at" < $4::timestamptz))
  and not (exists (select
  from "public"."activity" as "v"
  where "v"."organization_id" = $5::uuid
  and "v"."lead_id" = "t0"."id"
  and (("v"."type" = 'call'
  or "v"."type" in ('email', 'sms')
  and coalesce("v"."status", 'sent') in ('sent', 'inbox')
 
  or "v"."type" = 'meeting'
  and "v"."status" = 'completed'))
  and "v"."activity_at" >= $6::timestamptz))))

-- 10. leads without any contact that has an e-mail address
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and not (exists (select
  from "public"."contact" as "t1"
  where "t1"."organization_id" = $2::uuid
  and "t1"."lead_id" = "t0"."id"
  and exists (select
  from "public"."contact_email" as "t2"
  where "t2"."organization_id" = $3::uuid
  and "t2"."contact_id" = "t1"."id"
  and "t2"."email" <> '')))

-- 11. leads with a contact at an address
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","bruce@wayne.test","bruce@wayne.test"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and exists (select
  from "public"."contact" as "t1"
  where "t1"."organization_id" = $2::uuid
  and "t1"."lead_id" = "t0"."id"
  and exists (select
  from "public"."contact_email" as "t2"
  where "t2"."organization_id" = $3::uuid
  and "t2"."contact_id" = "t1"."id"
  and (winnow_tsvector("t2"."email") @@ winnow_all_words($4)
  and winnow_words("t2"."email") like '%' || winnow_words($5) || '%')))

-- 12. contacts with a title whose lead is in a status
-- ["00000000-0000-7000-8000-00000000000a","intern","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-000000000004"]
select from "public"."contact" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (winnow_tsvector("t0"."title") @@ winnow_all_words($2)
  and exists (select
  from "public"."lead" as "t1"
  where "t1"."organization_id" = $3::uuid
  and "t1"."id" = "t0"."lead_id"
  and "t1"."status_id" = $4::uuid))

-- 13. contacts with neither e-mail address nor phone number
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a"]
select from "public"."contact" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (not (exists (select
  from "public"."contact_email" as "v"
  where "v"."organization_id" = $2::uuid
  and "v"."contact_id" = "t0"."id"))
  and not (exists (select
  from "public"."contact_phone" as "v"
  where "v"."organization_id" = $3::uuid
  and "v"."contact_id" = "t0"."id")))

-- 14. leads by a custom choice field
-- ["00000000-0000-7000-8000-00000000000a",["{\"00000000-0000-0000-0000-000000000005\":\"Purchased list\"}","{\"00000000-0000-0000-0000-000000000005\":\"Trade show\"}"]]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."custom" <> '{}'
  and "t0"."custom" @> any($2::jsonb[]))

-- 15. leads whose custom field is empty
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-0000-0000-000000000006"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (("t0"."custom" <> '{}'
  and ("t0"."custom" -> $2::text) not in ('null'::jsonb, '""'::jsonb, '[]'::jsonb))) is not true

-- 16. leads owned by me
-- ["00000000-0000-7000-8000-00000000000a","{\"00000000-0000-0000-0000-000000000006\":\"00000000-0000-7000-8000-00000000000b\"}"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."custom" <> '{}'
  and "t0"."custom" @> $2::jsonb)

-- 17. leads owned by a user or a group
-- ["00000000-0000-7000-8000-00000000000a","{\"00000000-0000-0000-0000-000000000006\":\"00000000-0000-7000-8000-000000000005\"}"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and ("t0"."custom" <> '{}'
  and "t0"."custom" @> $2::jsonb)

-- 18. leads with no won and no active opportunity
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a",["won","active"]]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and not (exists (select
  from "public"."opportunity" as "t1"
  where "t1"."organization_id" = $2::uuid
  and "t1"."lead_id" = "t0"."id"
  and exists (select
  from "public"."opportunity_status" as "v"
  where "v"."organization_id" = $3::uuid
  and "v"."id" = "t1"."status_id"
  and "v"."type" = any($4))))

-- 19. stale opportunities of leads that nobody has called
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","active","2025-09-30T00:00:00.000000Z","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a"]
select from "public"."opportunity" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (exists (select
  from "public"."opportunity_status" as "v"
  where "v"."organization_id" = $2::uuid
  and "v"."id" = "t0"."status_id"
  and "v"."type" = $3)
  and "t0"."date_updated" < $4::timestamptz
  and (exists (select
  from "public"."lead" as "t1"
  where "t1"."organization_id" = $5::uuid
  and "t1"."id" = "t0"."lead_id")
  and not (exists (select
  from "public"."activity" as "v"
  where "v"."organization_id" = $6::uuid
  and "v"."lead_id" = "t0"."lead_id"
  and ("v"."type" = 'call')))))

-- 20. leads that were written to and never answered
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","email","incoming"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (exists (select
  from "public"."activity" as "v"
  where "v"."organization_id" = $2::uuid
  and "v"."lead_id" = "t0"."id"
  and ("v"."type" = 'email'
  and "v"."direction" = 'outgoing'
  and coalesce("v"."status", 'sent') in ('sent', 'inbox')))
  and not (exists (select
  from "public"."activity" as "t1"
  where "t1"."organization_id" = $3::uuid
  and "t1"."type" = $4
  and "t1"."lead_id" = "t0"."id"
  and "t1"."direction" = $5)))

-- 21. calls older than two years
-- ["00000000-0000-7000-8000-00000000000a","call","2024-03-31T00:00:00.000000Z"]
select from "public"."activity" as "t0"
  where "t0"."organization_id" = $1::uuid
  and "t0"."type" = $2
  and "t0"."date_created" < $3::timestamptz

-- 22. two leads by their ids
-- ["00000000-0000-7000-8000-00000000000a",["00000000-0000-7000-8000-000000000006","00000000-0000-7000-8000-000000000007"]]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and "t0"."id" = any($2::uuid[])

-- 23. leads in a state, but for one domain
-- ["00000000-0000-7000-8000-00000000000a","00000000-0000-7000-8000-00000000000a","NV","keepme.test","keepme.test"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (exists (select
  from "public"."address" as "t1"
  where "t1"."organization_id" = $2::uuid
  and "t1"."lead_id" = "t0"."id"
  and winnow_tsvector("t1"."state") @@ winnow_all_words($3))
  and ((winnow_tsvector("t0"."url") @@ winnow_all_words($4)
  and winnow_words("t0"."url") like '%' || winnow_words($5) || '%')) is not true)

-- 24. free text over the lead, as the search box writes it
-- ["00000000-0000-7000-8000-00000000000a","acme","acme","acme","acme","acme","acme","acme","00000000-0000-0000-0000-000000000001","acme","acme","00000000-0000-0000-0000-000000000005","acme","acme","00000000-0000-0000-0000-000000000008","00000000-0000-0000-0000-000000000008","00000000-0000-0000-0000-000000000008","acme"]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and (winnow_tsvector("t0"."name") @@ winnow_all_word_starts($2)
  or winnow_tsvector("t0"."description") @@ winnow_all_word_starts($3)
  or winnow_tsvector("t0"."url") @@ winnow_all_word_starts($4)
  or winnow_tsvector("t0"."source") @@ winnow_all_word_starts($5)
  or winnow_tsvector("t0"."external_id") @@ winnow_all_word_starts($6)
  or winnow_tsvector("t0"."phone_number") @@ winnow_all_word_starts($7)
  or ("t0"."custom" <> '{}'
  and winnow_custom_tsvector("t0"."custom") @@ winnow_all_word_starts($8)
  and winnow_tsvector((("t0"."custom" -> $9::text) #>> '{}')) @@ winnow_all_word_starts($10))
  or ("t0"."custom" <> '{}'
  and winnow_custom_tsvector("t0"."custom") @@ winnow_all_word_starts($11)
  and winnow_tsvector((("t0"."custom" -> $12::text) #>> '{}')::text) @@ winnow_all_word_starts($13))
  or ("t0"."custom" <> '{}'
  and winnow_custom_tsvector("t0"."custom") @@ winnow_all_word_starts($14)
  and exists (select
  from jsonb_array_elements(case jsonb_typeof(("t0"."custom" -> $15::text)) when 'array' then ("t0"."custom" -> $16::text) else jsonb_build_array(("t0"."custom" -> $17::text)) end) as e (value)
  where winnow_tsvector(("e"."value" #>> '{}')::text) @@ winnow_all_word_starts($18))))

-- 25. the count of the leads in one of two statuses
-- ["00000000-0000-7000-8000-00000000000a",["00000000-0000-7000-8000-000000000001","00000000-0000-7000-8000-000000000002"]]
select from "public"."lead" as "t0"
  where "t0"."organization_id" = $1::uuid
  and "t0"."status_id" = any($2::uuid[])
