import type { Nature, ServiceId } from "./service.ts";

/** What people write about in English. */
export const OBJECTS: Record<ServiceId, string> = {
  messagerie:
    "Outlook;Mailbox;Shared calendar;Attachment;Address book;Out of office;Spam filter;Sent items;Distribution list;Email signature",
  poste:
    "Laptop;Second monitor;Docking station;Keyboard;Wireless mouse;Hard drive;Windows session;Charger;Browser;Excel;Webcam;Headset",
  reseau:
    "Guest network;Wall socket;Internet connection;Proxy;Site link;DNS lookup;Remote access;Floor switch;Network cable;Firewall rule",
  gestion:
    "SAP;Purchase order;Customer invoice;Journal entry;Inventory report;Bank interface;Delivery note;Material master;Approval workflow",
  impression:
    "Colour printer;Copier;Scanner;Paper tray;Black toner;Print queue;Plotter;Secure print;Copier code",
  acces:
    "AD account;Parking badge;Security token;Contractor account;Folder permission;Authenticator app;Smart card;Admin right;Generic account",
  telephonie:
    "Desk phone;Company mobile;Voicemail;Call forwarding;SIM card;Switchboard;Softphone;Data plan",
  fichiers:
    "Network drive;Project folder;Shared spreadsheet;OneDrive sync;Recycle bin;Disk quota;Nightly backup;Document library",
  visio:
    "Teams meeting;Room camera;Ceiling microphone;Touch panel;Screen sharing;Sound bar;Room booking;Projector",
  intranet:
    "Home page;Search engine;Leave form;Staff directory;News feed;Survey;Profile picture;Team site",
  rh: "Payslip;Timesheet;Leave balance;Annual review;Shift planning;Employee file;Expense claim;Time clock",
  caisse: "Cash drawer;Barcode gun;Receipt;Card terminal;End of day closing;Gift card;Price tag",
  crm: "Customer record;Opportunity;Quote;Sales forecast;Email campaign;Lead import;Mobile CRM;Follow-up",
  atelier:
    "Production order;Shop-floor terminal;Scale;Barcode reader;Batch tracking;Routing;PLC;Machine schedule",
};

export const SYMPTOMS: Record<Nature, string> = {
  software:
    "crashes;freezes;will not open;shows a blank page;throws an unknown error;loses my entries;will not save;painfully slow;closes by itself;shows old data;out of sync;stuck pending",
  device:
    "dead;makes a strange noise;flickers;overheats;keeps disconnecting;not recognised;broken;will not charge;stays black;dropped;unresponsive;needs replacing",
  network:
    "keeps dropping;extremely slow;unreachable;refuses connection;times out;saturated mornings;expired;loses packets;blocked;mislabelled",
  access:
    "locked;expired;denied;disabled by mistake;missing;asks an unknown code;misspelled;lost;linked to the wrong team;needs extending",
};

export const DETAILS =
  "since the Tuesday migration;at the front desk;at customer Halloran's office;when working remotely;for the accounting team;after the storm;" +
  "with my replacement unit;in the Cartier room;in the Belvedere room;during month end;at the loading bay;for temporary workers;" +
  "only in Chrome;with two windows open;before the steering committee;on the night shift;for the legal floor;after every reboot;" +
  "since the office move;on the wide display;for the new intern;while travelling to Boston;for the quality audit;after contract renewal;" +
  "with a large file;on the international line;at the spare parts counter;for the Atlas project;during training;since the power cut;" +
  "despite a full reinstall;for the whole marketing crew;in airplane mode;on the backup account";

export const OPENINGS = ["Hi, ", "Hello team, ", "URGENT: ", "FW: ", "Issue: "];
export const CLOSINGS = [", thanks", " please", " - thank you", " !!", ", regards"];
export const MARKS = ["desk", "ref", "ticket", "asset"];

export const REQUESTS = "Request: *;*;Need *;* please;Please provide *;New *";
export const REQUEST_DETAILS =
  "for a new hire;for the Atlas project;before Friday;for an intern;after a transfer;approved by my manager;for a contractor;" +
  "for the evening shift;as a replacement;for the warehouse;for the trade show;for payroll;for two people;for a limited time;" +
  "for customer service;before quarter end";
