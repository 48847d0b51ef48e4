import type { ServiceId } from "./ticket.ts";
import type { Site } from "./wall-time.ts";

/** What the tool of each site calls a service, and the category its agents file it under. */
export const SERVICE_LABELS: Record<
  Site,
  Record<ServiceId, { service: string; category: string }>
> = {
  paris: {
    messagerie: { service: "Messagerie", category: "Collaboration" },
    poste: { service: "Poste de travail", category: "Matériel" },
    reseau: { service: "Réseau et VPN", category: "Réseau" },
    gestion: { service: "SAP", category: "Application" },
    impression: { service: "Impression", category: "Matériel" },
    acces: { service: "Comptes et accès", category: "Habilitations" },
  },
  montreal: {
    messagerie: { service: "Courriel", category: "Courriel et agenda" },
    poste: { service: "Poste informatique", category: "Équipement" },
    reseau: { service: "Réseau", category: "Réseau" },
    gestion: { service: "SAP", category: "Applications d'affaires" },
    impression: { service: "Impression", category: "Équipement" },
    acces: { service: "Accès", category: "Comptes et mots de passe" },
  },
};

export const GROUPS: Record<Site, Record<ServiceId, string>> = {
  paris: {
    messagerie: "Centre de services",
    poste: "Support de proximité",
    reseau: "Réseaux et télécoms",
    gestion: "Applications SAP",
    impression: "Support de proximité",
    acces: "Centre de services",
  },
  montreal: {
    messagerie: "Centre d'assistance",
    poste: "Soutien bureautique",
    reseau: "Réseau et serveurs",
    gestion: "Applications",
    impression: "Soutien bureautique",
    acces: "Centre d'assistance",
  },
};

/** Invented people; none of them exists. */
export const AGENTS: Record<Site, readonly string[]> = {
  paris: [
    "Inès Garrel",
    "Hugo Vasseur",
    "Nora Belkadi",
    "Paul Quémener",
    "Julie Astruc",
    "Marc Delorge",
  ],
  montreal: ["Maxime Thivierge", "Josée Lanctôt", "Kevin O'Brady", "Annick Desruisseaux"],
};

export const REQUESTERS: Record<Site, readonly string[]> = {
  paris: (
    "Claire Montbard;Yanis Hamdi;Sophie Lecourbe;Thomas Arrignac;Émilie Vautrin;Olivier Perdrix;Awa Sarrault;" +
    "Lucas Brémond;Nathalie Coustou;Bruno Galtier;Mélanie Duquesnoy;Karim Zerdani;Aurélie Pinchon;Denis Louvard;" +
    "Sarah Kestemont;Victor Aumale;Florence Ribeyre;Gaël Tanguy;Hélène Marsac;Rachid Ouadah"
  ).split(";"),
  montreal: (
    "Geneviève Laflèche;Steve Bonin;Priya Raman;Jean-François Gadoury;Catherine Ouimette;Liam Fraser;" +
    "Mélissa Charlebois;Pierre-Luc Houde;Emily Carrigan;Mathieu Sansregret;Nadia Khelil;Sylvain Beausoleil;" +
    "Amanda Whitlock;Karine Descôteaux;David Ng-Lapointe;Isabelle Thibodeau-Roy"
  ).split(";"),
};

/** Titles as people write them; the first of each list come back most often. */
export const INCIDENT_TITLES: Record<Site, Record<ServiceId, readonly string[]>> = {
  paris: {
    messagerie: [
      "Outlook plante à l'ouverture",
      "outlook ne repond pas",
      "Pb messagerie",
      "Mails bloqués dans la boîte d'envoi",
      "Invitations Teams non reçues",
      "Boîte partagée compta disparue",
      "Cannot open attachments in Outlook",
    ],
    poste: [
      "PC très lent",
      "Ecran bleu au démarrage",
      "Portable ne charge plus",
      "Station d'accueil non reconnue",
      "mise à jour windows bloquée à 35%",
      "Bonjour, mon ordinateur ne démarre plus, merci",
      "Casque audio HS",
    ],
    reseau: [
      "VPN déconnexion toutes les 10 min",
      "vpn ne se connecte pas",
      "Wifi lent salle de réunion Seine",
      "Pas de réseau au poste 214",
      "Lecteur réseau P: inaccessible",
      "VPN drops when working from home",
    ],
    gestion: [
      "SAP : session figée",
      "SAP erreur lors de la validation de commande",
      'Message "Timeout" dans SAP',
      "Droits manquants transaction VA01, urgent",
      "Édition facture en erreur",
      "Interface bancaire non passée cette nuit",
    ],
    impression: [
      "Imprimante 2e étage bourrage papier",
      "imprimante ne marche plus",
      "Scan vers mail KO",
      "Toner vide copieur accueil",
      "Impression en couleur impossible",
    ],
    acces: [
      "Mot de passe oublié",
      "Compte bloqué",
      "compte verrouillé retour de congés",
      "Badge non reconnu parking",
      "Double authentification perdue, nouveau téléphone",
      "Accès refusé dossier RH",
    ],
  },
  montreal: {
    messagerie: [
      "Courriel ne rentre plus",
      "Outlook gèle à l'ouverture",
      "Courriels envoyés restent dans la boîte d'envoi",
      "Shared mailbox missing after update",
      "Réunion Teams : pas de son",
    ],
    poste: [
      "Ordi gelé",
      "Mon portable ouvre pas",
      "Laptop battery drains in one hour",
      "Écran qui clignote depuis la mise à jour",
      "Souris pis clavier sans fil ça marche pus",
    ],
    reseau: [
      "VPN débarque sans arrêt",
      "VPN keeps disconnecting",
      "Wi-Fi lent à la cafétéria",
      "Pas d'internet salle Mont-Royal",
      "Lecteur S: inaccessible",
    ],
    gestion: [
      "SAP gèle en saisie de commande",
      "SAP timeout on month-end report",
      "Erreur à l'impression des bons de livraison",
      "Feuille de temps impossible à soumettre",
    ],
    impression: [
      "Imprimante barrée",
      "Bourrage papier au 4e",
      "Scan to email not working",
      "Cartouche vide, imprimante RH",
    ],
    acces: [
      "Mot de passe expiré",
      "Compte barré après trop d'essais",
      "Locked out of my account",
      "Jeton d'authentification perdu",
      "Carte d'accès refusée au stationnement",
    ],
  },
};

export const REQUEST_TITLES: Record<Site, Record<ServiceId, readonly string[]>> = {
  paris: {
    messagerie: ["Création liste de diffusion", "Délégation de boîte mail pendant congés"],
    poste: ["Demande d'un second écran", "Installation Adobe Acrobat", "PC pour nouvel arrivant"],
    reseau: ["Ouverture de flux vers partenaire", "Demande d'accès VPN prestataire"],
    gestion: ["Nouveau rôle SAP achats", "Extraction des ventes T3"],
    impression: ["Toner pour le copieur du 1er", "Ajout d'une imprimante sur mon poste"],
    acces: ["Création de compte : arrivée du 1er du mois", "Accès dossier partagé Marketing"],
  },
  montreal: {
    messagerie: ["Créer une liste d'envoi", "Accès à la boîte du département"],
    poste: [
      "Besoin d'un deuxième moniteur",
      "Install Power BI Desktop",
      "Poste pour une stagiaire",
    ],
    reseau: ["Accès VPN pour un consultant", "Prise réseau au bureau 512"],
    gestion: ["Ajout de rôle SAP comptes payables", "Rapport d'inventaire sur mesure"],
    impression: ["Ajouter l'imprimante du 6e", "Commande de cartouches"],
    acces: ["Nouveau compte pour un employé", "Access to the Finance share"],
  },
};
