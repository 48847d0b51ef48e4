import type { Nature, ServiceId } from "./service.ts";

/** What people write about in French; a title joins an object, a symptom and a circumstance. */
export const OBJECTS: Record<ServiceId, string> = {
  messagerie:
    "Outlook;Boîte mail;Agenda partagé;Pièce jointe;Carnet d'adresses;Signature automatique;Règle de tri;Calendrier d'équipe;" +
    "Archive PST;Message d'absence;Dossier envoyés;Liste de diffusion;Filtre antispam;Webmail",
  poste:
    "PC portable;Écran externe;Station d'accueil;Clavier;Souris sans fil;Disque dur;Session Windows;Bureau à distance;" +
    "Chargeur;Lecteur de carte;Antivirus;Navigateur Edge;Excel;Pilote graphique;Webcam intégrée;Unité centrale",
  reseau:
    "Wifi invité;Prise murale;Connexion internet;Proxy;Liaison intersite;Serveur DNS;Accès distant;Switch de l'étage;" +
    "Câble RJ45;Pare-feu;Borne wifi;Partage de connexion;Adresse IP;Certificat réseau",
  gestion:
    "SAP GUI;Transaction ME21N;Commande d'achat;Facture client;Clôture comptable;Interface bancaire;Bon de livraison;" +
    "Fiche article;Rapport de marge;Ordre de virement;Workflow d'approbation;Lettrage;Immobilisation;Note de frais",
  impression:
    "Imprimante couleur;Copieur;Scanner;Bac papier;Toner noir;File d'impression;Traceur;Agrafeuse du copieur;" +
    "Impression sécurisée;Numérisation réseau;Rouleau;Code copieur",
  acces:
    "Compte AD;Badge parking;Jeton d'authentification;Profil itinérant;Compte prestataire;Habilitation métier;Certificat personnel;" +
    "Compte générique;Droit administrateur;Application mobile MFA;Carte à puce;Compte stagiaire",
  telephonie:
    "Téléphone fixe;Smartphone;Messagerie vocale;Casque DECT;Renvoi d'appel;Carte SIM;Standard;Softphone;Forfait data;" +
    "Conférence à trois;Écran du combiné;Annuaire téléphonique",
  fichiers:
    "Lecteur réseau;Dossier projet;Fichier Excel partagé;Synchronisation OneDrive;Corbeille;Quota disque;Arborescence;" +
    "Sauvegarde nocturne;Raccourci bureau;Dossier confidentiel;Version précédente;Bibliothèque SharePoint",
  visio:
    "Réunion Teams;Caméra de salle;Micro plafond;Écran tactile;Partage de contenu;Barre de son;Enregistrement;" +
    "Lien d'invitation;Réservation de salle;Tableau blanc;Vidéoprojecteur;Salle virtuelle",
  intranet:
    "Page d'accueil;Moteur de recherche;Formulaire congés;Annuaire interne;Fil d'actualité;Espace documentaire;" +
    "Photo de profil;Menu déroulant;Enquête interne;Lien mort;Agenda du CSE;Vidéo d'accueil",
  rh:
    "Bulletin de paie;Pointeuse;Solde de congés;Entretien annuel;Contrat de travail;Feuille de temps;Dossier salarié;" +
    "Titre restaurant;Demande d'absence;Export DSN;Planning équipe;Coffre-fort numérique",
  caisse:
    "Tiroir-caisse;Douchette;Ticket de caisse;Terminal bancaire;Clôture de journée;Carte fidélité;Remise promotionnelle;" +
    "Écran client;Stock boutique;Avoir client;Chèque cadeau;Étiquette de prix",
  crm:
    "Fiche client;Opportunité;Campagne emailing;Prévision de vente;Devis;Contact en doublon;Import de prospects;" +
    "Tableau commercial;Application mobile CRM;Historique d'appels;Relance automatique;Territoire commercial",
  atelier:
    "Ordre de fabrication;Terminal d'atelier;Gamme opératoire;Automate ligne 3;Pesée;Lecteur code-barres;Traçabilité lot;" +
    "Saisie de rebut;Supervision machine;Nomenclature;Pupitre robot;Planning de charge",
};

export const SYMPTOMS: Record<Nature, string> = {
  software:
    "plante;reste figé;ne s'ouvre plus;affiche une page blanche;tourne dans le vide;renvoie une erreur inconnue;perd les données saisies;" +
    "refuse l'enregistrement;très lent;se ferme tout seul;affiche un vieux contenu;impossible à modifier;ne se met plus à jour;" +
    "en double;bloqué en attente;introuvable;mélange les dates;calcule un mauvais total;sans réaction au clic;message script interrompu",
  device:
    "ne s'allume plus;HS;fait un bruit bizarre;clignote;chauffe beaucoup;déconnecté sans arrêt;non reconnu;cassé;" +
    "ne charge pas;grésille;bloqué;s'éteint tout seul;reste noir;tombé par terre;à remplacer;ne répond pas;décalé;" +
    "affiche code 0x80;mal fixé;très lent",
  network:
    "coupe sans cesse;très lent;inaccessible;refuse la connexion;ne répond plus au ping;saturé le matin;tombe la nuit;limité;" +
    "expiré;perd des paquets;change tout le temps;bloque un site;non détecté;mal étiqueté;instable;erreur 403",
  access:
    "bloqué;expiré;refusé;désactivé par erreur;introuvable;verrouillé au retour de congés;à débloquer;ne marche qu'une fois sur deux;" +
    "demande un code inconnu;mal orthographié;perdu;volé;rattaché au mauvais service;non transféré;à prolonger;sans effet",
};

/** Circumstances. Most titles have one, so that two titles about the same object seldom say the same. */
export const DETAILS =
  "pendant la clôture mensuelle;depuis la migration de mardi;à l'accueil du siège;chez le client Verdier;en télétravail partiel;" +
  "au service comptabilité;pour les intérimaires du soir;au bureau des achats;après un orage;avec le nouveau portable;" +
  "lors du transfert au notaire;sur le plateau juridique;au showroom central;pour toute l'équipe marketing;avant le comité de direction;" +
  "dans la salle Garonne;dans la salle Ventoux;au magasin de pièces;depuis le changement d'étage;pour la stagiaire communication;" +
  "à chaque redémarrage;seulement sous Chrome;quand deux fenêtres ouvertes;pour un devis export;après verrouillage écran;" +
  "au poste de garde;côté quai réception;depuis l'inventaire annuel;en déplacement à Lille;pour l'audit qualité;" +
  "avec la tablette Samsung;sur écran large;pour la paie des cadres;chez un prestataire externe;au retour de maternité;" +
  "depuis la coupure électrique;malgré réinstallation complète;pour la filiale belge;entre midi et quatorze;pour le dossier Marengo;" +
  "au laboratoire essais;sur compte de secours;en présence du formateur;après renouvellement du contrat;avec fichier volumineux;" +
  "sur ligne internationale;pour la réunion fournisseurs;au local technique;en mode avion;depuis hier soir tard";

export const OPENINGS = [
  "Bonjour, ",
  "Bjr ",
  "bonjour ",
  "URGENT ",
  "Pb ",
  "Problème : ",
  "[Re] ",
  "Suite appel : ",
];
export const CLOSINGS = [
  ", merci",
  " svp",
  " - merci d'avance",
  " !!",
  " cordialement",
  " (2e demande)",
  ", merci de votre retour",
];
export const MARKS = ["poste", "réf", "ticket", "PC", "n°"];

/** How a request for a catalogue item is put; `*` stands for the item. */
export const REQUESTS =
  "Demande : *;*;Besoin de *;* à prévoir;Merci de prévoir *;* pour mon équipe;Nouvelle demande *;Je souhaite *;Validation pour *";
export const REQUEST_DETAILS =
  "pour le projet Aurore;pour l'équipe nuit;suite à mobilité interne;au service juridique;pour arrivée lundi;pour le chantier Bastille;" +
  "pour la nouvelle assistante;en remplacement du matériel volé;pour trois personnes;avant le séminaire;pour le stagiaire achats;" +
  "validé par la direction;sur budget marketing;pour formation Excel;au bureau des méthodes;pour la boutique République;" +
  "pour un prestataire;à titre temporaire;pour le salon de Francfort;suite à embauche;pour le site de repli;pour les alternants;" +
  "pour la cellule export;avant fin de mois;pour le pôle qualité;suite à réorganisation;pour l'accueil visiteurs;pour la comptable remplaçante";
